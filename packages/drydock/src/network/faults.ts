import { ip, nft } from './command.ts'
import { faultRules } from './fault-rules.ts'
import { NetworkError } from './network-error.ts'
import type { PodLink } from './pod-links.ts'
import type { NodeRange } from './ranges.ts'

/** Breaks the network on purpose. Every method resolves when the kernel has it, and can be called twice without harm. */
export interface Faults {
  /**
   * Cuts off a pod (by uid) from everything, or a node (by name) from all but what runs on it.
   * @throws {NetworkError} `UnknownTarget`
   */
  partition(podOrNode: string): Promise<void>
  /** Ends `partition`. @throws {NetworkError} `UnknownTarget` */
  heal(podOrNode: string): Promise<void>
  /** Two pods, by uid, no longer reach each other; all others reach both. @throws {NetworkError} `UnknownTarget` */
  blockBetween(a: string, b: string): Promise<void>
  /** Ends `blockBetween`, in either order. */
  unblock(a: string, b: string): Promise<void>
}

interface Surroundings {
  readonly table: string
  readonly nodes: ReadonlyMap<string, NodeRange>
  readonly link: (uid: string) => PodLink | undefined
}

/** The faults of one network. */
export class NetworkFaults implements Faults {
  readonly #around: Surroundings
  readonly #nodes = new Map<string, NodeRange>()
  readonly #pairs = new Map<
    string,
    { uids: readonly [string, string]; addresses: readonly [string, string] }
  >()
  #applying: Promise<void> = Promise.resolve()

  constructor(around: Surroundings) {
    this.#around = around
  }

  async partition(target: string): Promise<void> {
    const node = this.#around.nodes.get(target)
    if (!node) return this.#setLink(target, 'down')
    this.#nodes.set(target, node)
    await this.#apply()
  }

  async heal(target: string): Promise<void> {
    if (!this.#around.nodes.has(target)) return this.#setLink(target, 'up')
    if (this.#nodes.delete(target)) await this.#apply()
  }

  async blockBetween(a: string, b: string): Promise<void> {
    const addresses = [this.#link(a).address, this.#link(b).address] as const
    this.#pairs.set(pairKey(a, b), { uids: [a, b], addresses })
    await this.#apply()
  }

  async unblock(a: string, b: string): Promise<void> {
    if (this.#pairs.delete(pairKey(a, b))) await this.#apply()
  }

  /** A pod is gone: its address may be another's one day. */
  async forget(uid: string): Promise<void> {
    const gone = [...this.#pairs].filter(([, { uids }]) => uids.includes(uid))
    for (const [key] of gone) this.#pairs.delete(key)
    if (gone.length > 0) await this.#apply()
  }

  async clear(): Promise<void> {
    this.#nodes.clear()
    this.#pairs.clear()
    await this.#apply()
  }

  #link(uid: string): PodLink {
    const link = this.#around.link(uid)
    if (!link) throw new NetworkError('UnknownTarget', `neither a node nor an attached pod: ${uid}`)
    return link
  }

  async #setLink(uid: string, state: 'up' | 'down'): Promise<void> {
    await ip([`link set ${this.#link(uid).name} ${state}`])
  }

  /** One after the other, each with what is wanted when its turn comes. */
  #apply(): Promise<void> {
    const turn = this.#applying
      .catch(() => {})
      .then(() =>
        nft(
          faultRules(this.#around.table, {
            nodes: [...this.#nodes.values()],
            pairs: [...this.#pairs.values()].map(({ addresses }) => addresses),
          }),
        ),
      )
    this.#applying = turn
    return turn
  }
}

const pairKey = (a: string, b: string): string => [a, b].sort().join(' ')
