/** Watches the metadata of every kind there is, as kinds come and go. */
import {
  type Change,
  type Client,
  type Clock,
  isAborted,
  type KubeObject,
  type Log,
  Reflector,
  type Resource,
} from '@orlop/kube'
import { discover, idOf } from './discovery.ts'

export interface KindWatchOptions {
  readonly client: Client
  readonly log: Log
  readonly clock: Clock
  readonly random: () => number
  readonly changed: (resource: Resource, change: Change<KubeObject>) => void
  /** A kind is no longer served. */
  readonly gone: (resource: Resource) => void
}

interface Watched {
  readonly resource: Resource
  readonly reflector: Reflector<KubeObject>
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/** Discovery is asked again this often although no definition changed, ms: aggregated groups announce nothing. */
const REFRESH = 60_000
/** After a failure, or a change that came while discovery was asked, ms. */
const RETRY = 100

export class KindWatch {
  readonly #o: KindWatchOptions
  readonly #watched = new Map<string, Watched>()
  #wake: () => void = () => {}
  #stale = true

  constructor(options: KindWatchOptions) {
    this.#o = options
  }

  /** Ask discovery again soon. */
  refresh(): void {
    this.#stale = true
    this.#wake()
  }

  /** The kind that an owner reference names, where it is served. */
  find(apiVersion: string, kind: string): Resource | undefined {
    const [, group = ''] = apiVersion.split('/').length > 1 ? ['', apiVersion.split('/')[0]] : []
    return [...this.#watched.values()].find(
      ({ resource }) => resource.group === group && resource.kind === kind,
    )?.resource
  }

  resources(): Resource[] {
    return [...this.#watched.values()].map(({ resource }) => resource)
  }

  /** Resolves when every kind that discovery told of first has been listed. */
  async synced(signal: AbortSignal): Promise<void> {
    await this.#discovered.promise
    for (const { reflector } of this.#watched.values()) await reflector.synced(signal)
  }

  readonly #discovered: PromiseWithResolvers<void> = Promise.withResolvers()

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#o
    signal.addEventListener('abort', () => this.#discovered.resolve(), { once: true })
    while (!signal.aborted) {
      this.#stale = false
      await this.#update(signal).then(
        () => this.#discovered.resolve(),
        (err: unknown) => {
          this.#stale = true
          if (!signal.aborted && !isAborted(err)) log.warn({ err }, 'discovery failed')
        },
      )
      // A definition is often followed by others, and is served a moment after it was written.
      await this.#pause(this.#stale ? RETRY : REFRESH, signal)
      await clock.sleep(20, signal).catch(() => {})
    }
    await Promise.all([...this.#watched.values()].map(({ ended }) => ended))
  }

  /** Until {@link refresh} is called, or for `ms`. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const wake = new AbortController()
    this.#wake = () => wake.abort()
    await this.#o.clock.sleep(ms, AbortSignal.any([signal, wake.signal])).catch(() => {})
  }

  async #update(signal: AbortSignal): Promise<void> {
    const served = new Map((await discover(this.#o.client, signal)).map((r) => [idOf(r), r]))
    for (const [id, watched] of this.#watched) {
      if (served.has(id)) continue
      watched.stop.abort()
      this.#watched.delete(id)
      this.#o.gone(watched.resource)
    }
    for (const [id, resource] of served) {
      if (!this.#watched.has(id)) this.#watched.set(id, this.#watch(resource, signal))
    }
  }

  #watch(resource: Resource, signal: AbortSignal): Watched {
    const { client, log, clock, random, changed } = this.#o
    const reflector = new Reflector<KubeObject>({
      client,
      resource,
      log,
      clock,
      random,
      transform: metadataOf,
    })
    reflector.subscribe((change) => changed(resource, change))
    const stop = new AbortController()
    const ended = reflector.run(AbortSignal.any([signal, stop.signal]))
    return { resource, reflector, stop, ended }
  }
}

function metadataOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp } = metadata
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
  }
}
