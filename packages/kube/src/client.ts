import type { KubeObject } from './object.ts'
import type { Resource } from './resources.ts'
import type { WatchEvent } from './watch.ts'

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call; 10,000 unless said. */
  timeout?: number | undefined
}

export interface Where {
  namespace?: string | undefined
  name: string
}

export interface Selection {
  /** All namespaces unless said. */
  namespace?: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
}

export interface ListOptions extends Selection, CallOptions {
  limit?: number | undefined
  continue?: string | undefined
  resourceVersion?: string | undefined
  resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined
}

export interface List<T> {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

export interface WatchOptions extends Selection {
  resourceVersion?: string | undefined
  allowWatchBookmarks?: boolean | undefined
  /** Seconds after which the server ends the watch. */
  timeoutSeconds?: number | undefined
  signal?: AbortSignal | undefined
  /** Milliseconds without a byte after which the watch is given up with code `Timeout`; 120,000 unless said. */
  inactivityTimeout?: number | undefined
}

export interface WriteOptions extends CallOptions {
  dryRun?: boolean | undefined
  fieldManager?: string | undefined
}

export interface Patch {
  type: 'merge' | 'json' | 'strategic' | 'apply'
  body: unknown
}

export interface PatchOptions extends WriteOptions {
  subresource?: string | undefined
  /** For apply: take fields over from other managers. */
  force?: boolean | undefined
}

export interface DeleteOptions extends CallOptions {
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined
  /** Seconds; 0 does not wait for the kubelet. */
  gracePeriodSeconds?: number | undefined
  dryRun?: boolean | undefined
}

export interface RequestOptions extends CallOptions {
  query?: Record<string, string | number | boolean | readonly string[] | undefined> | undefined
  /** Sent as JSON. */
  body?: unknown
  contentType?: string | undefined
  headers?: Record<string, string> | undefined
}

/**
 * Speaks JSON to one API server. Objects come and go as they are: a field that no type here knows is kept.
 * Every call ends within its deadline, and fails with a {@link KubeError}.
 *
 * @example
 * const client = createClient(await loadConnection({ env: process.env }))
 * const { items } = await client.list(resources.pods, { namespace: 'default', labelSelector: 'app=cache' })
 */
export interface Client {
  get<T extends KubeObject>(r: Resource<T>, where: Where, o?: CallOptions): Promise<T>
  /** One page; `metadata.continue` leads to the next. */
  list<T extends KubeObject>(r: Resource<T>, o?: ListOptions): Promise<List<T>>
  watch<T extends KubeObject>(r: Resource<T>, o: WatchOptions): AsyncIterable<WatchEvent<T>>
  create<T extends KubeObject>(
    r: Resource<T>,
    object: T,
    o?: WriteOptions & { subresource?: string | undefined },
  ): Promise<T>
  /** Replaces the object; with its `resourceVersion` set, only that very version (code `Conflict`). */
  update<T extends KubeObject>(
    r: Resource<T>,
    object: T,
    o?: WriteOptions & { subresource?: string | undefined },
  ): Promise<T>
  patch<T extends KubeObject>(r: Resource<T>, where: Where, patch: Patch, o?: PatchOptions): Promise<T>
  /** Server-side apply: the object holds exactly the fields that `fieldManager` wants to own. */
  apply<T extends KubeObject>(
    r: Resource<T>,
    object: KubeObject,
    o: PatchOptions & { fieldManager: string },
  ): Promise<T>
  delete(r: Resource, where: Where, o?: DeleteOptions): Promise<void>
  deleteCollection(r: Resource, o: Selection & DeleteOptions): Promise<void>
  /** Anything else; the answer is parsed JSON, or text where it is none. */
  request(method: string, path: string, o?: RequestOptions): Promise<unknown>
  close(): Promise<void>
}
