import type { Client } from './client.ts'
import { type ControllerOptions, type Metrics, runController, type Surroundings } from './controller.ts'
import { type Informer, informerOver } from './informer.ts'
import type { KubeObject } from './object.ts'
import { Reflector, type ReflectorOptions } from './reflector.ts'
import { pathOf, type Resource } from './resources.ts'

export interface ManagerOptions extends Surroundings {
  client: Client
  metrics?: Metrics | undefined
}

/** What a manager's reflector is asked for; the rest is the manager's. */
export type Selected<T extends KubeObject> = Omit<
  ReflectorOptions<T>,
  'client' | 'resource' | 'log' | 'clock' | 'random'
>

/**
 * Runs controllers over shared reflectors.
 *
 * @example
 * const manager = new Manager({ client, log, clock: systemClock, random: Math.random })
 * const pods = manager.reflector(resources.pods, { labelSelector: 'app=cache' })
 * manager.controller({ name: 'cache', reconcile, sources: [watches(pods, (pod) => [keyOf(pod)])] })
 * await manager.run(signal)
 */
export class Manager {
  readonly #o: ManagerOptions
  readonly #reflectors = new Map<string, Shared>()
  readonly #parts: ((signal: AbortSignal) => Promise<void>)[] = []
  #start: ((part: (signal: AbortSignal) => Promise<void>) => void) | undefined

  constructor(options: ManagerOptions) {
    this.#o = options
  }

  /** The reflector of a selection: the same for equal options, whose indexes are joined. */
  reflector<T extends KubeObject>(resource: Resource<T>, options: Selected<T> = {}): Reflector<T> {
    const { indexers, transform, ...selection } = options
    const id = JSON.stringify([pathOf(resource), Object.entries(selection).sort()])
    const shared = this.#reflectors.get(id)
    if (shared && shared.transform === transform) {
      // The path names the kind, and the kind its type.
      const reflector = shared.reflector as unknown as Reflector<T>
      if (indexers) reflector.addIndexers(indexers)
      return reflector
    }
    const { client, log, clock, random } = this.#o
    const reflector = new Reflector<T>({ client, resource, log, clock, random, ...options })
    this.#reflectors.set(shared ? `${id} ${this.#reflectors.size}` : id, { reflector, transform })
    this.#add((signal) => reflector.run(signal))
    return reflector
  }

  /** The objects of these namespaces, each with a reflector of its own; of all of them unless any is named. */
  informer<T extends KubeObject>(
    resource: Resource<T>,
    namespaces: readonly string[] = [],
    options: Omit<Selected<T>, 'namespace'> = {},
  ): Informer<T> {
    if (namespaces.length === 0) return this.reflector(resource, options)
    return informerOver(
      new Map(
        namespaces.map((namespace) => [namespace, this.reflector(resource, { ...options, namespace })]),
      ),
    )
  }

  controller(options: ControllerOptions): void {
    this.#add((signal) => runController(options, this.#o, signal))
  }

  #add(part: (signal: AbortSignal) => Promise<void>): void {
    this.#parts.push(part)
    this.#start?.(part)
  }

  /** Resolves when the signal has fired and no reconcile runs any more; rejects, with all stopped, when a part broke. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    const end = (): void => stop.abort(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    let failure: { error: unknown } | undefined
    const running: Promise<void>[] = []
    this.#start = (part) => {
      running.push(
        part(stop.signal).catch((error: unknown) => {
          failure ??= { error }
          stop.abort(error)
        }),
      )
    }
    for (const part of this.#parts) this.#start(part)
    await new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve()
      stop.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#start = undefined
    await Promise.all(running)
    signal.removeEventListener('abort', end)
    if (failure) throw failure.error
  }

  /** Whether every store has been filled. */
  hasSynced(): boolean {
    return [...this.#reflectors.values()].every(({ reflector }) => reflector.store.hasSynced())
  }
}

/** A reflector of any kind, as far as the manager itself looks at it. */
interface Shared {
  reflector: { store: { hasSynced(): boolean } }
  transform: unknown
}
