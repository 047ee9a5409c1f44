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
  /** Two pods (by uid) or nodes (by name) no longer reach each other; all others reach both. @throws {NetworkError} `UnknownTarget` */
  blockBetween(a: string, b: string): Promise<void>
  /** What one pod or node sends to another is lost, and nothing that comes back. @throws {NetworkError} `UnknownTarget` */
  blockOneWay(from: string, to: string): Promise<void>
  /** Ends `blockBetween` and `blockOneWay`, in either order. */
  unblock(a: string, b: string): Promise<void>
  /** Whether a node is not cut off. @throws {NetworkError} `UnknownTarget` */
  nodeReachable(node: string): boolean
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
  /** From whom to whom packets are lost, as they were named and as the kernel knows them. */
  readonly #lost = new Map<string, { named: readonly [string, string]; places: readonly [string, string] }>()
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
    this.#lose(a, b)
    this.#lose(b, a)
    await this.#apply()
  }

  async blockOneWay(from: string, to: string): Promise<void> {
    this.#lose(from, to)
    await this.#apply()
  }

  async unblock(a: string, b: string): Promise<void> {
    const ended = [this.#lost.delete(wayOf(a, b)), this.#lost.delete(wayOf(b, a))]
    if (ended.includes(true)) await this.#apply()
  }

  nodeReachable(node: string): boolean {
    if (!this.#around.nodes.has(node)) throw new NetworkError('UnknownTarget', `not a node: ${node}`)
    return !this.#nodes.has(node)
  }

  /** A pod is gone: its address may be another's one day. */
  async forget(uid: string): Promise<void> {
    const gone = [...this.#lost].filter(([, { named }]) => named.includes(uid))
    for (const [key] of gone) this.#lost.delete(key)
    if (gone.length > 0) await this.#apply()
  }

  async clear(): Promise<void> {
    this.#nodes.clear()
    this.#lost.clear()
    await this.#apply()
  }

  #lose(from: string, to: string): void {
    this.#lost.set(wayOf(from, to), { named: [from, to], places: [this.#place(from), this.#place(to)] })
  }

  #place(podOrNode: string): string {
    return this.#around.nodes.get(podOrNode)?.subnet ?? this.#link(podOrNode).address
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
            lost: [...this.#lost.values()].map(({ places }) => places),
          }),
        ),
      )
    this.#applying = turn
    return turn
  }
}

const wayOf = (from: string, to: string): string => `${from} > ${to}`
