/** Carries a plan out: in its order, each definition served before anything is made that might need it. */
import {
  type CustomResourceDefinition,
  isConflict,
  isForbidden,
  isNotFound,
  type KubeObject,
  resources,
  systemClock,
} from '@orlop/kube'
import { CliError } from '../failure.ts'
import { deleteExactly } from './delete.ts'
import type { Tools } from './installed.ts'
import { fieldManager, isOurs } from './managers.ts'
import { conflictsOf, type FieldConflict, type Step } from './plan.ts'
import { titleOf } from './render-plan.ts'

/** How long the API server may take to serve a kind, in ms. */
const servedWithin = 30_000

export async function carryOut(
  tools: Tools,
  steps: readonly Step[],
  o: { readonly force: boolean; readonly note: (text: string) => void },
): Promise<void> {
  for (const step of steps) {
    if (step.verb === 'leave') continue
    o.note(titleOf(step))
    if (step.verb === 'delete') {
      await deleteExactly(tools, step)
      continue
    }
    await applyOne(tools, step, o.force)
    if (step.object.kind === 'CustomResourceDefinition') await untilServed(tools, step.object.metadata.name)
  }
}

async function applyOne(tools: Tools, step: Step, force: boolean): Promise<KubeObject> {
  const { client, signal } = tools
  const { resource, object } = step
  try {
    return await client.apply(resource, object, { fieldManager, force, signal })
  } catch (error) {
    const conflicts = conflictsOf(error)
    const others = conflicts.filter(({ manager }) => !isOurs(manager))
    if (conflicts.length > 0 && others.length === 0) {
      return await client.apply(resource, object, { fieldManager, force: true, signal })
    }
    if (isConflict(error)) throw conflictError(titleOf(step), others, error)
    throw error
  }
}

/** What one may not do, with what to do about it. */
export function readably(error: unknown): unknown {
  if (!isForbidden(error) || !(error instanceof Error)) return error
  return new CliError('NotAllowed', error.message, {
    cause: error,
    remedy: 'see what is missing, and what an administrator runs: orlop doctor',
  })
}

export function conflictError(title: string, conflicts: readonly FieldConflict[], cause?: unknown): CliError {
  const list = conflicts.map(({ field, manager }) => `\n  ${field} belongs to ${manager}`).join('')
  return new CliError('FieldConflict', `${title} was changed by somebody else:${list}`, {
    cause,
    remedy:
      'say what they are to be (--replicas, --image), or take them over: orlop install --force-conflicts',
  })
}

async function untilServed({ client, signal }: Tools, name: string): Promise<void> {
  for (const until = systemClock.now() + servedWithin; ; await systemClock.sleep(100, signal)) {
    const crd = await client.get(resources.customResourceDefinitions, { name }, { signal })
    if (isEstablished(crd)) return
    if (systemClock.now() < until) continue
    const why = crd.status?.conditions?.find(({ status }) => status === 'False')?.message
    throw new CliError('TimedOut', `the API server does not serve ${name}: ${why ?? 'it does not say why'}`, {
      remedy: `kubectl describe crd ${name}; then run the command again`,
    })
  }
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True') ?? false
}

/** Waits until it is no more. */
export async function untilGone(
  { client, signal }: Tools,
  { resource, object }: Pick<Step, 'resource' | 'object'>,
  within: number,
): Promise<boolean> {
  const { name, namespace, uid } = object.metadata
  for (const until = systemClock.now() + within; ; await systemClock.sleep(200, signal)) {
    const live = await client.get(resource, { name, namespace }, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    if (live === undefined || live.metadata.uid !== uid) return true
    if (systemClock.now() > until) return false
  }
}
