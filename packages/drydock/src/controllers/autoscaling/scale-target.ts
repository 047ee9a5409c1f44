/** What an autoscaler scales: anything with a scale subresource. */
import { type Client, isConflict, isNotFound, KubeError } from '@orlop/kube'

/** The one number of a target, and which pods are its own. */
export interface Scale {
  /** Where it was read: `/apis/apps/v1/namespaces/default/deployments/web/scale`. */
  readonly path: string
  readonly replicas: number
  readonly statusReplicas: number
  /** '' where the target does not say. */
  readonly selector: string
  /** As the server gave it. */
  readonly object: { readonly [key: string]: unknown }
}

export interface TargetReference {
  readonly apiVersion?: string | undefined
  readonly kind: string
  readonly name: string
}

/** A target that cannot be found or scaled; the message goes into the condition. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}

/** @throws TargetError */
export async function readScale(
  client: Client,
  namespace: string,
  { apiVersion = '', kind, name }: TargetReference,
  signal: AbortSignal,
): Promise<Scale> {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  if (apiVersion.split('/').length > 2) throw new TargetError(`unexpected GroupVersion string: ${apiVersion}`)
  try {
    const collection = await collectionOf(client, group, kind, signal)
    if (collection === undefined)
      throw new TargetError(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`)
    const path = `${collection.root}/namespaces/${encodeURIComponent(namespace)}/${collection.plural}/${encodeURIComponent(name)}/scale`
    return scaleAt(path, await client.request('GET', path, { signal }))
  } catch (error) {
    if (error instanceof TargetError || signal.aborted) throw error
    throw new TargetError(words(error), { cause: error })
  }
}

/** Sets the number; where somebody else wrote meanwhile, on what they wrote. @throws TargetError */
export async function writeScale(
  client: Client,
  scale: Scale,
  replicas: number,
  signal: AbortSignal,
): Promise<void> {
  let { object } = scale
  for (let tries = 5; ; tries--) {
    const spec = { ...fieldOf(object, 'spec'), replicas }
    try {
      await client.request('PUT', scale.path, { body: { ...object, spec }, signal })
      return
    } catch (error) {
      if (!isConflict(error) || tries === 0) throw new TargetError(words(error), { cause: error })
      object = scaleAt(scale.path, await client.request('GET', scale.path, { signal })).object
    }
  }
}

interface Collection {
  readonly root: string
  readonly plural: string
}

/** Where objects of a kind are, in the version the server prefers of those that have it. */
async function collectionOf(
  client: Client,
  group: string,
  kind: string,
  signal: AbortSignal,
): Promise<Collection | undefined> {
  for (const root of group === '' ? ['/api/v1'] : await versionsOf(client, group, signal)) {
    const list = entries(await client.request('GET', root, { signal }), 'resources')
    const found = list.find((one) => one.kind === kind && !String(one.name).includes('/'))
    if (typeof found?.name === 'string') return { root, plural: found.name }
  }
  return undefined
}

async function versionsOf(client: Client, group: string, signal: AbortSignal): Promise<string[]> {
  try {
    const answer = await client.request('GET', `/apis/${encodeURIComponent(group)}`, { signal })
    return entries(answer, 'versions').map(({ groupVersion }) => `/apis/${String(groupVersion)}`)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

function scaleAt(path: string, answer: unknown): Scale {
  const object = isObject(answer) ? answer : {}
  const status = fieldOf(object, 'status')
  const { selector } = status
  return {
    path,
    object,
    replicas: Number(fieldOf(object, 'spec').replicas ?? 0),
    statusReplicas: Number(status.replicas ?? 0),
    selector: typeof selector === 'string' ? selector : '',
  }
}

type JsonObject = { readonly [key: string]: unknown }

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldOf(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isObject(value) ? value : {}
}

function entries(answer: unknown, key: string): JsonObject[] {
  const list = isObject(answer) ? answer[key] : undefined
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** The server's own words, where it said any. */
export function words(error: unknown): string {
  if (error instanceof KubeError) return error.body?.message ?? error.message
  return error instanceof Error ? error.message : String(error)
}
