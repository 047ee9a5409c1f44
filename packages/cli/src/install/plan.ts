/** What an installation will do, object by object, as the API server foresees it: nothing is changed by asking. */
import { isForbidden, isNotFound, KubeError, type KubeObject, keyOf, type Resource } from '@orlop/kube'
import { type Difference, differences } from './difference.ts'
import { findInstalled, isInstalled, type Tools } from './installed.ts'
import { resourceOfKind } from './kinds.ts'
import { fieldManager, isOurs } from './managers.ts'

/** A field of another manager that has another value. */
export interface FieldConflict {
  readonly field: string
  readonly manager: string
}

export interface Step {
  readonly verb: 'create' | 'change' | 'leave' | 'delete'
  readonly object: KubeObject
  readonly resource: Resource
  readonly changes: readonly Difference[]
  /** Of others: not taken over unless asked for. */
  readonly conflicts: readonly FieldConflict[]
  /** The server would refuse it, in its own words. */
  readonly refusal?: string
}

export async function planInstall(tools: Tools, wanted: readonly KubeObject[]): Promise<Step[]> {
  const steps: Step[] = []
  for (const object of wanted) {
    const resource = resourceOfKind(object)
    const live = await find(tools, resource, object)
    if (live !== undefined && object.kind === 'Namespace' && !isInstalled(live)) {
      // It was there before Orlop, and stays when Orlop goes.
      steps.push(plain(live, resource, 'leave'))
      continue
    }
    const nowhere = steps.some(({ verb, object: other }) => {
      return (
        verb === 'create' && other.kind === 'Namespace' && other.metadata.name === object.metadata.namespace
      )
    })
    // A server cannot foresee anything inside a namespace that is not there.
    steps.push(nowhere ? plain(object, resource, 'create') : await foresee(tools, resource, object, live))
  }
  return steps
}

/** What an earlier installation made and this one has no use for: a wider role, once namespaces are named. */
export async function planLeftovers(
  tools: Tools,
  wanted: readonly KubeObject[],
  namespace: string,
): Promise<Step[]> {
  const kept = new Set(wanted.map((object) => `${object.kind} ${keyOf(object)}`))
  // Who may not look has made nothing there.
  const found = await findInstalled(tools, namespace).catch((error: unknown) => {
    if (isForbidden(error)) return []
    throw error
  })
  return found
    .filter(({ object }) => !kept.has(`${object.kind} ${keyOf(object)}`))
    .map(({ object, resource }) => plain(object, resource, 'delete'))
}

export async function find(
  { client, signal }: Tools,
  resource: Resource,
  { metadata: { name, namespace } }: KubeObject,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource, { name, namespace }, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function foresee(
  { client, signal }: Tools,
  resource: Resource,
  object: KubeObject,
  live: KubeObject | undefined,
): Promise<Step> {
  const apply = (force: boolean): Promise<KubeObject> =>
    client.apply(resource, object, { fieldManager, force, dryRun: true, signal })
  const step = plain(object, resource, live === undefined ? 'create' : 'change')
  try {
    let conflicts: readonly FieldConflict[] = []
    const after = await apply(false).catch((error: unknown) => {
      const found = conflictsOf(error)
      if (found.length === 0) throw error
      conflicts = found.filter(({ manager }) => !isOurs(manager))
      return apply(true)
    })
    if (live === undefined) return step
    const changes = differences(live, after)
    return { ...step, verb: changes.length === 0 ? 'leave' : 'change', changes, conflicts }
  } catch (error) {
    if (signal.aborted || !(error instanceof KubeError) || error.status === undefined) throw error
    return { ...step, refusal: `${error.message} (${error.code})` }
  }
}

export function plain(object: KubeObject, resource: Resource, verb: Step['verb']): Step {
  return { verb, object, resource, changes: [], conflicts: [] }
}

/** The causes of a conflict of server-side apply (apimachinery `pkg/util/managedfields/internal/conflict.go`). */
export function conflictsOf(error: unknown): FieldConflict[] {
  if (!(error instanceof KubeError) || error.code !== 'Conflict') return []
  return (error.body?.details?.causes ?? []).flatMap(({ reason, message, field }) => {
    if (reason !== 'FieldManagerConflict') return []
    const manager = /^conflict with "((?:[^"\\]|\\.)*)"/.exec(message ?? '')?.[1] ?? message ?? '?'
    return [{ field: (field ?? '').replace(/^\./, ''), manager }]
  })
}
