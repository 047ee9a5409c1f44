/** What the cases of a file share: the API server under test, namespaces of their own, kubectl, and kubelets that are played. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { loadConnection } from '@orlop/kube'
import { afterAll } from 'vitest'
import { parse } from 'yaml'
import { Api, type Json, type Reply } from './api.ts'

const kubeconfig = process.env['CONFORMANCE_KUBECONFIG'] ?? ''
if (kubeconfig === '')
  throw new Error('CONFORMANCE_KUBECONFIG names no kubeconfig: run this by `make conformance`')

export const api: Api = new Api(await loadConnection({ kubeconfig, env: process.env }))
afterAll(() => api.close())

const made: string[] = []

/** A name that no other case uses. */
export function unique(prefix: string): string {
  const name = `${prefix}-${Math.random().toString(36).slice(2, 8)}`
  made.push(name)
  return name
}

/** All that `unique` has given to the cases of this file. */
export function uniqueNames(): string[] {
  return [...made]
}

/** A namespace for one case, with its default service account there, so that pods may be made in it. */
export async function namespace(labels: Record<string, string> = {}): Promise<string> {
  const name = unique('case')
  const made = await api.post('/api/v1/namespaces', { metadata: { name, labels } })
  if (made.code !== 201) throw new Error(`no namespace: ${JSON.stringify(made.body)}`)
  await until(async () => (await api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`)).code === 200)
  return name
}

/** Waits until `look` gives something true and hands it out; fails after a minute with what was seen last. */
export async function until<T>(look: () => Promise<T | undefined | false>, within = 60_000): Promise<T> {
  const deadline = Date.now() + within
  let last: unknown
  for (;;) {
    const seen = await look().catch((error: unknown) => {
      last = error
      return undefined
    })
    if (seen) return seen
    if (Date.now() > deadline) throw new Error(`waited in vain for ${look}`, { cause: last })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Waits until the object at `path` satisfies `wanted`, and shows the object when it does not. */
export async function settled(path: string, wanted: (body: Json) => unknown, within = 60_000): Promise<Json> {
  let last: Reply | undefined
  const look = async () => {
    last = await api.get(path)
    return last.code === 200 && wanted(last.body) ? last.body : undefined
  }
  return await until(look, within).catch(() => {
    throw new Error(`${path} did not become ${wanted}: ${JSON.stringify(last?.body, undefined, 1)}`)
  })
}

/** Waits until there is nothing at `path`. */
export async function gone(path: string): Promise<void> {
  await until(async () => (await api.get(path)).code === 404)
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs kubectl against the server; `input` is its standard input. Never throws: a case looks at code and texts. */
export function kubectl(args: readonly string[], input = ''): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>()
  const child = execFile(
    process.env['CONFORMANCE_KUBECTL'] ?? 'kubectl',
    [...args],
    { env: { ...process.env, KUBECONFIG: kubeconfig }, timeout: 60_000, maxBuffer: 2 ** 24 },
    (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0
      resolve({ code, stdout, stderr })
    },
  )
  child.stdin?.end(input)
  return promise
}

/** A manifest of a case, written as YAML. */
export function yaml(text: string): Json {
  return parse(text)
}

/** Of a file beside the cases. */
export async function manifest(name: string): Promise<string> {
  return await readFile(new URL(`cases/${name}`, import.meta.url), 'utf8')
}
