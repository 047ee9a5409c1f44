/** The kinds an API server has, as far as their objects can be listed, watched and deleted. */
import { type Client, kubeErrorCode, type Resource } from '@orlop/kube'

interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

const NEEDED = ['list', 'watch', 'delete', 'get', 'patch']

/** Each kind once, in its group's preferred version. Events are left out: they own nothing, are owned by nobody and are many. */
export async function discover(client: Client, signal: AbortSignal): Promise<Resource[]> {
  const versions = ['v1', ...preferredVersions(await client.request('GET', '/apis', { signal }))]
  const found: Resource[] = []
  for (const groupVersion of versions) {
    const [version = '', group = ''] = groupVersion.split('/').reverse()
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    for (const { name, kind, namespaced, verbs } of await resourcesAt(client, path, signal)) {
      if (name.includes('/') || name === 'events' || !NEEDED.every((verb) => verbs.includes(verb))) continue
      found.push({ group, version, plural: name, kind, namespaced })
    }
  }
  return found
}

export function idOf({ group, version, plural }: Resource): string {
  return `${group}/${version}/${plural}`
}

/** A group may vanish between the two questions, when the last definition in it does. */
async function resourcesAt(client: Client, path: string, signal: AbortSignal): Promise<ApiResource[]> {
  try {
    return parseResources(await client.request('GET', path, { signal }))
  } catch (error) {
    if (kubeErrorCode(error) === 'NotFound') return []
    throw error
  }
}

function preferredVersions(list: unknown): string[] {
  return listAt(list, 'groups').flatMap((group) => {
    const preferred = fieldOf(group, 'preferredVersion')
    const groupVersion = fieldOf(preferred, 'groupVersion')
    return typeof groupVersion === 'string' ? [groupVersion] : []
  })
}

function parseResources(list: unknown): ApiResource[] {
  return listAt(list, 'resources').flatMap((entry) => {
    const [name, kind] = [fieldOf(entry, 'name'), fieldOf(entry, 'kind')]
    const verbs = listAt(entry, 'verbs').filter((verb): verb is string => typeof verb === 'string')
    if (typeof name !== 'string' || typeof kind !== 'string') return []
    return [{ name, kind, namespaced: fieldOf(entry, 'namespaced') === true, verbs }]
  })
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key)
  return Array.isArray(list) ? list : []
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined
}
