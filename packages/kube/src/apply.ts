import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { CallOptions, Client } from './client.ts'
import { contains } from './contains.ts'
import { type KubeObject, keyOf } from './object.ts'
import { apiVersionOf, type Resource } from './resources.ts'

/** Enough for the objects of ten thousand caches; the oldest are forgotten, which costs one apply each. */
const mostEntries = 100_000

/** What was last applied to which object, by this process. */
export class ApplyCache {
  readonly #applied = new Map<string, { uid: string; hash: string }>()

  has(key: string, uid: string | undefined, hash: string): boolean {
    const entry = this.#applied.get(key)
    return entry !== undefined && entry.uid === uid && entry.hash === hash
  }

  set(key: string, uid: string | undefined, hash: string): void {
    this.#applied.delete(key)
    if (uid !== undefined) this.#applied.set(key, { uid, hash })
    const [oldest] = this.#applied.keys()
    if (this.#applied.size > mostEntries && oldest !== undefined) this.#applied.delete(oldest)
  }
}

export interface ApplyOptions extends CallOptions {
  fieldManager: string
  /** The object as it is known now, from a store; `undefined` when it is not known to exist. */
  live?: KubeObject | undefined
  /** `status` for a status of its own. */
  subresource?: string | undefined
}

/**
 * Server-side apply (forced: what Orlop says of an object, Orlop owns) that asks nothing of the server where nothing
 * would change: the very same was applied to this object (by uid) before, and the object still contains it. The first
 * condition finds what is no longer wanted, the second what somebody else changed.
 *
 * @example
 * await applyIfChanged(client, cache, resources.services, service, { fieldManager: 'orlop', live: services.get(key) })
 */
export async function applyIfChanged<T extends KubeObject>(
  client: Client,
  cache: ApplyCache,
  resource: Resource<T>,
  desired: KubeObject,
  o: ApplyOptions,
): Promise<'unchanged' | 'applied'> {
  const { live, ...call } = o
  const key = [
    apiVersionOf(resource),
    resource.plural,
    keyOf(desired),
    o.subresource ?? '',
    o.fieldManager,
  ].join(' ')
  const hash = hashOf(desired)
  if (live && cache.has(key, live.metadata.uid, hash) && contains(live, desired)) return 'unchanged'
  const applied = await client.apply(resource, desired, { force: true, ...call })
  cache.set(key, applied.metadata.uid, hash)
  return 'applied'
}

/** A digest of the meaning: the order of the fields plays no part. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url')
}
