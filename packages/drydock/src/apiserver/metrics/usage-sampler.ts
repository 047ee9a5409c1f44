import type { Api } from '../api.ts'
import { type PodSample, scrape } from './scrape.ts'
import { type PodUsage, usageBetween } from './usage.ts'

interface Samples {
  readonly before: ReadonlyMap<string, PodSample>
  readonly after: ReadonlyMap<string, PodSample>
  /** When the later one was taken; ms since the epoch. */
  readonly at: number
}

/** Samples further apart than this say little about now; ms. */
const longest = 90_000
/** How far apart the first two are, for whoever asks first; ms. */
const shortest = 1_000

/**
 * What pods use, by two samples a window apart. Samples are taken when somebody asks, so that nothing is read while nobody does;
 * who asks again within the window gets the same answer.
 */
export class UsageSampler {
  readonly #api: Pick<Api, 'clock' | 'kubeletSocket' | 'log' | 'closing'>
  /** ms */
  readonly #window: number
  readonly #nodes = new Map<string, Samples>()
  readonly #running = new Map<string, Promise<Samples | undefined>>()

  constructor(api: Pick<Api, 'clock' | 'kubeletSocket' | 'log' | 'closing'>, window: number) {
    this.#api = api
    this.#window = window
  }

  /** The usage of the pods of a node, by uid; none of a node that does not answer. */
  async ofNode(node: string): Promise<ReadonlyMap<string, PodUsage>> {
    const running = this.#running.get(node) ?? this.#sampled(node).finally(() => this.#running.delete(node))
    this.#running.set(node, running)
    const samples = await running
    const usage = new Map<string, PodUsage>()
    for (const [uid, after] of samples?.after ?? []) {
      const used = usageBetween(samples?.before.get(uid), after)
      if (used !== undefined) usage.set(uid, used)
    }
    return usage
  }

  async #sampled(node: string): Promise<Samples | undefined> {
    const known = this.#nodes.get(node)
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#api.clock.now() - known.at
    if (known !== undefined && age < this.#window) return known
    try {
      const first = known !== undefined && age < longest ? known.after : await this.#first(node)
      const samples = { before: first, after: await this.#scrape(node), at: this.#api.clock.now() }
      this.#nodes.set(node, samples)
      return samples
    } catch (error) {
      this.#nodes.delete(node)
      this.#api.log.debug({ err: error, node }, 'a node does not say what its pods use')
      return undefined
    }
  }

  async #first(node: string): Promise<ReadonlyMap<string, PodSample>> {
    const first = await this.#scrape(node)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#api.clock.setTimer(Math.min(shortest, this.#window), resolve)
    await promise
    return first
  }

  async #scrape(node: string): Promise<ReadonlyMap<string, PodSample>> {
    const socket = this.#api.kubeletSocket?.(node)
    return socket === undefined ? new Map() : scrape(socket, this.#api.closing)
  }
}
