/** What a Job's podFailurePolicy says of a pod that failed. Pure; after pkg/controller/job/pod_failure_policy.go. */
import type { Job, Pod } from '@orlop/kube'

export interface FailurePolicy {
  readonly rules: readonly Rule[]
}

interface Rule {
  readonly action: string
  readonly onExitCodes?: {
    readonly containerName?: string
    readonly operator: string
    readonly values: readonly number[]
  }
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[]
}

export interface Verdict {
  /** Whether it counts towards the back-off limit. */
  readonly counts: boolean
  /** Why the whole Job fails by it. */
  readonly failsJob?: string
}

export function failurePolicyOf({ spec }: Job): FailurePolicy | undefined {
  return spec?.podFailurePolicy
}

/** The first rule that fits decides; without one the failure counts. */
export function judge(policy: FailurePolicy | undefined, pod: Pod): Verdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const why = matches(rule, pod)
    if (why === undefined) continue
    if (rule.action === 'Ignore') return { counts: false }
    if (rule.action === 'FailJob')
      return { counts: true, failsJob: `${why} matching FailJob rule at index ${index}` }
    return { counts: true }
  }
  return { counts: true }
}

/** What of the pod fits the rule. */
function matches({ onExitCodes, onPodConditions = [] }: Rule, { metadata, status }: Pod): string | undefined {
  const named = `${metadata.namespace}/${metadata.name}`
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes
    for (const { name, state } of [
      ...(status?.containerStatuses ?? []),
      ...(status?.initContainerStatuses ?? []),
    ]) {
      const code = state?.terminated?.exitCode ?? 0
      if (code === 0 || (containerName !== undefined && containerName !== name)) continue
      if (values.includes(code) === (operator === 'In'))
        return `Container ${name} for pod ${named} failed with exit code ${code}`
    }
    return undefined
  }
  const condition = status?.conditions?.find(({ type, status: is }) =>
    onPodConditions.some((one) => one.type === type && (one.status ?? 'True') === is),
  )
  return condition === undefined ? undefined : `Pod ${named} has condition ${condition.type}`
}
