/** Waits until a Deployment runs as it was applied last, and says why where it does not. */
import { type Deployment, isNotFound, type Pod, resources, systemClock } from '@orlop/kube'
import { CliError } from '../failure.ts'
import { podTrouble, troubleOf } from '../local/pod-trouble.ts'
import type { Tools } from './installed.ts'

export interface Rollout {
  readonly done: boolean
  /** What a person reads while waiting. */
  readonly detail: string
  /** The controller gave it up. */
  readonly failed?: string
}

/** As `kubectl rollout status` sees it (kubectl `pkg/polymorphichelpers/rollout_status.go`). */
export function rolloutOf({ metadata, spec, status }: Deployment): Rollout {
  const wanted = spec?.replicas ?? 1
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0, observedGeneration = 0 } = status ?? {}
  if (observedGeneration < (metadata.generation ?? 0)) return { done: false, detail: 'not begun' }
  const detail = `${Math.min(updatedReplicas, availableReplicas)} of ${wanted} ready`
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return { done: false, detail, failed: progressing.message ?? progressing.reason }
  }
  const refused = status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  )
  const done = updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= wanted
  return { done, detail: refused?.message === undefined ? detail : `${detail}; ${refused.message}` }
}

/** @throws CliError `RolloutFailed` with what its pods, their events and their logs say */
export async function untilRolledOut(
  tools: Tools,
  where: { readonly namespace: string; readonly name: string },
  within: number,
  note: (text: string) => void,
): Promise<void> {
  const { client, signal } = tools
  for (const until = systemClock.now() + within; ; await systemClock.sleep(300, signal)) {
    const deployment = await client.get(resources.deployments, where, { signal }).catch((error: unknown) => {
      if (isNotFound(error))
        throw new CliError('Gone', `Deployment ${where.name} was deleted while it started`)
      throw error
    })
    const { done, detail, failed } = rolloutOf(deployment)
    if (done) return
    const trouble = await podTrouble(client, deployment, signal)
    note(trouble === undefined ? detail : `${detail}; ${trouble}`)
    if (failed === undefined && systemClock.now() < until) continue
    const seconds = Math.round(within / 1000)
    const lines = await reasons(tools, deployment)
    throw new CliError(
      'RolloutFailed',
      [
        `the operator is not ready${failed === undefined ? ` within ${seconds} s` : ''}: ${failed ?? detail}`,
        ...lines,
      ].join('\n  '),
      {
        remedy: `what was installed stays; mend it and run the command again, or: kubectl -n ${where.namespace} get pods -w`,
      },
    )
  }
}

const lastLines = 8
const lastEvents = 3
/** Pods of one Deployment mostly suffer from the same. */
const mostPods = 2

async function reasons(tools: Tools, deployment: Deployment): Promise<string[]> {
  const { client, signal } = tools
  const { namespace = 'default', name } = deployment.metadata
  const labelSelector = Object.entries(deployment.spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const { items } = await client.list(resources.pods, { namespace, labelSelector, signal })
  if (items.length === 0) return eventsOf(tools, namespace, name)
  const unready = items.filter(
    ({ status }) => !status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
  )
  const lines: string[] = []
  for (const pod of unready.slice(0, mostPods)) {
    lines.push(`${pod.metadata.name}: ${troubleOf(pod) ?? pod.status?.phase ?? 'waiting'}`)
    lines.push(
      ...waitingMessages(pod),
      ...(await eventsOf(tools, namespace, pod.metadata.name)),
      ...(await logOf(tools, pod)),
    )
  }
  if (unready.length > mostPods) lines.push(`and ${unready.length - mostPods} more like these`)
  return lines
}

function waitingMessages({ status }: Pod): string[] {
  return (status?.containerStatuses ?? [])
    .flatMap(({ state }) => state?.waiting?.message ?? [])
    .map((text) => `  ${text}`)
}

/** Its last warnings; whoever may not read events has the rest. */
async function eventsOf({ client, signal }: Tools, namespace: string, name: string): Promise<string[]> {
  const fieldSelector = `involvedObject.name=${name},type=Warning`
  const answer = await client
    .list(resources.coreEvents, { namespace, fieldSelector, signal })
    .catch(() => ({ items: [] }))
  const told = new Set(answer.items.map(({ reason, message }) => `  event ${reason}: ${message}`))
  return [...told].slice(-lastEvents)
}

async function logOf({ client, signal }: Tools, pod: Pod): Promise<string[]> {
  const [container] = pod.status?.containerStatuses ?? []
  if (container === undefined || (container.started !== true && container.restartCount === 0)) return []
  const { name, namespace } = pod.metadata
  const text = await client
    .request('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log`, {
      query: { tailLines: lastLines, ...(container.restartCount > 0 ? { previous: true } : {}) },
      signal,
    })
    .catch(() => '')
  return typeof text === 'string' && text !== ''
    ? text
        .trimEnd()
        .split('\n')
        .map((line) => `  log: ${line}`)
    : []
}
