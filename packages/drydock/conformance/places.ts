/** Where the objects of a namespace are, and making them. */
import type { Json } from './api.ts'
import { api, yaml } from './cluster.ts'

/** `core(ns, 'pods/a')`. */
export const core = (ns: string, rest: string): string => `/api/v1/namespaces/${ns}/${rest}`
export const apps = (ns: string, rest: string): string => `/apis/apps/v1/namespaces/${ns}/${rest}`
export const batch = (ns: string, rest: string): string => `/apis/batch/v1/namespaces/${ns}/${rest}`
export const policy = (ns: string, rest: string): string => `/apis/policy/v1/namespaces/${ns}/${rest}`
export const discovery = (ns: string, rest: string): string =>
  `/apis/discovery.k8s.io/v1/namespaces/${ns}/${rest}`

/** Makes an object of a manifest (YAML, or an object) and gives it as it was stored; a refusal fails the case. */
export async function create(collection: string, manifest: string | object): Promise<Json> {
  const { code, body } = await api.post(collection, typeof manifest === 'string' ? yaml(manifest) : manifest)
  if (code !== 201) throw new Error(`${collection} refuses: ${JSON.stringify(body)}`)
  return body
}

/** Merges into an object; a refusal fails the case. */
export async function merge(path: string, patch: object): Promise<Json> {
  const { code, body } = await api.patch(path, 'merge', patch)
  if (code !== 200) throw new Error(`${path} refuses: ${JSON.stringify(body)}`)
  return body
}

/** The items of a collection. */
export async function items(collection: string): Promise<Json[]> {
  return (await api.get(collection)).body.items
}

/** Their names, sorted. */
export async function names(collection: string): Promise<string[]> {
  return (await items(collection)).map((item) => item.metadata.name).sort()
}
