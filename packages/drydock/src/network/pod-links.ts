import { join } from 'node:path'
import { AddressPool } from './address-pool.ts'
import { ip, ipRemove } from './command.ts'
import { NetworkError } from './network-error.ts'
import { linkGroup, type NodeRange, type Ranges } from './ranges.ts'

/** Where `ip netns` keeps network namespaces. */
const namespaces = '/run/netns'

/** A pod's connection to its node. */
export interface PodLink {
  readonly node: string
  readonly address: string
  /** The name of the network namespace, and of the outer end of the pod's link. */
  readonly name: string
}

interface NodePlace {
  readonly range: NodeRange
  readonly addresses: AddressPool
}

/** Gives pods their network namespaces and addresses, and remembers them by the pods' uids. */
export class PodLinks {
  readonly #prefix: string
  readonly #group: number
  readonly #nodes: ReadonlyMap<string, NodePlace>
  readonly #links = new Map<string, PodLink>()
  readonly #making = new Map<string, Promise<PodLink>>()
  /** Addresses that pods of an earlier run may still be known by. */
  readonly #former = new Map<string, string>()
  #made = 0

  constructor(ranges: Ranges, nodes: ReadonlyMap<string, NodeRange>) {
    this.#prefix = ranges.prefix
    this.#group = linkGroup(ranges)
    this.#nodes = new Map(
      [...nodes].map(([name, range]) => [name, { range, addresses: new AddressPool(range.subnet) }]),
    )
  }

  /** Keeps the address of a pod of an earlier run from others until that pod is attached anew or detached. */
  reserve(uid: string, address: string): void {
    // Of two that claim it one is the keeper: else the second to go would free what is somebody's by then.
    if ([...this.#former.values()].includes(address)) return
    this.#former.set(uid, address)
    for (const { addresses } of this.#nodes.values()) addresses.reserve(address)
  }

  get(uid: string): PodLink | undefined {
    return this.#links.get(uid)
  }

  /**
   * Connects a pod; one that is connected already keeps what it has.
   * @throws {NetworkError} `UnknownNode`, `NoFreeAddress`, `CommandFailed`
   */
  async attach(uid: string, node: string): Promise<PodLink> {
    const there = this.#links.get(uid)
    if (there?.node === node) return there
    if (there) await this.detach(uid)
    const underway = this.#making.get(uid)
    if (underway) return underway
    const making = this.#make(uid, node).finally(() => this.#making.delete(uid))
    this.#making.set(uid, making)
    return making
  }

  /** Takes a pod's connection away, whether it has one or not. */
  async detach(uid: string): Promise<void> {
    await this.#making.get(uid)?.catch(() => {})
    this.#forget(uid)
    const link = this.#links.get(uid)
    if (!link) return
    this.#links.delete(uid)
    await ipRemove(removal(link))
    this.#nodes.get(link.node)?.addresses.release(link.address)
  }

  /** For the end: the links themselves go with the bridges. */
  async detachAll(): Promise<void> {
    await Promise.allSettled(this.#making.values())
    const links = [...this.#links.values()]
    this.#links.clear()
    await ipRemove(links.map(({ name }) => `netns del ${name}`))
  }

  async #make(uid: string, node: string): Promise<PodLink> {
    const place = this.#nodes.get(node)
    if (!place) throw new NetworkError('UnknownNode', `the network has no node ${node}`)
    const { bridge, gateway } = place.range
    const address = place.addresses.take()
    const name = `${this.#prefix}p${++this.#made}`
    const link = { node, address, name }
    try {
      await ip([
        `netns add ${name}`,
        `link add ${name} group ${this.#group} type veth peer name eth0 netns ${name}`,
        `link set ${name} master ${bridge} up`,
        `link set ${name} type bridge_slave hairpin on`,
      ])
      // A /32 and a way to the gateway alone: even pods of one node speak by way of the node, where the rules of Services, policies
      // and faults see them, also in a kernel that does not show bridged packets to nftables.
      await ip(
        [
          `addr add ${address}/32 dev eth0`,
          'link set lo up',
          'link set eth0 up',
          `route add ${gateway} dev eth0 scope link src ${address}`,
          `route add default via ${gateway} dev eth0`,
        ],
        name,
      )
    } catch (error) {
      await ipRemove(removal(link))
      place.addresses.release(address)
      throw error
    }
    this.#forget(uid)
    this.#links.set(uid, link)
    return link
  }

  #forget(uid: string): void {
    const former = this.#former.get(uid)
    if (former === undefined) return
    this.#former.delete(uid)
    for (const { addresses } of this.#nodes.values()) addresses.release(former)
  }
}

export const netnsOf = (link: PodLink): string => join(namespaces, link.name)

/** The link goes first: a network namespace lives on for as long as a process is in it, and so would the link. */
const removal = ({ name }: PodLink): string[] => [`link del ${name}`, `netns del ${name}`]
