import { attempt, ipRemove } from './command.ts'
import { NetworkError } from './network-error.ts'
import { toAddress, toNumber, toRange } from './range.ts'

/** The addresses of one drydock, and the beginning of the names of all it makes in the kernel. */
export interface Ranges {
  /** Where pods get their addresses, e.g. `10.244.0.0/16`. */
  readonly pods: string
  /** Where Services get theirs, e.g. `10.96.0.0/16`. */
  readonly services: string
  /** At most 4 characters: names of interfaces have 15. */
  readonly prefix: string
}

/** For a drydock that has its network namespace to itself: the ranges that most clusters have. */
export const wholeRanges: Ranges = { pods: '10.244.0.0/16', services: '10.96.0.0/16', prefix: 'or0' }

/** How many drydocks fit side by side into one network namespace. */
export const slots = 16

/** The share of the slot: a sixteenth of the whole. */
export function slotRanges(slot: number): Ranges {
  const share = (whole: string): string => {
    const { first, size } = toRange(whole)
    return `${toAddress(first + slot * (size / slots))}/20`
  }
  return { pods: share(wholeRanges.pods), services: share(wholeRanges.services), prefix: `or${slot}` }
}

/** The interface that carries the address of the DNS server and the route of the Services. Its existence is the claim to the ranges. */
export const claimInterface = (ranges: Ranges): string => `${ranges.prefix}dns`

/** Where DNS answers: the tenth address of the Services, as on most clusters. */
export const dnsAddressOf = (ranges: Ranges): string => toAddress(toRange(ranges.services).first + 10)

/** The address of the Service `kubernetes`: the first of all, as on every cluster. */
export const apiServiceOf = (ranges: Ranges): string => toAddress(toRange(ranges.services).first + 1)

/** Where the API server answers pods, at port 6443: the first address of the share that no node has. */
export const apiAddressOf = (ranges: Ranges): string => toAddress(toRange(ranges.pods).first + 1)

/** From where programs beside the nodes come that did not bind to another address: the operator, tests, `orlop run`. */
export const besideAddressOf = (ranges: Ranges): string => toAddress(toRange(ranges.pods).first + 2)

/** From where programs of this machine come, through the dial socket. */
export const doorAddressOf = (ranges: Ranges): string => toAddress(toRange(ranges.pods).first + 3)

/**
 * The number of the kernel's group of all links of a drydock but the claim: a group is removed at once, while each link removed
 * alone takes 20 ms.
 */
export const linkGroup = (ranges: Ranges): number => toRange(ranges.services).first

/** One node's share of the pod addresses. */
export interface NodeRange {
  readonly bridge: string
  /** The node's own address, which is its pods' gateway. */
  readonly gateway: string
  /** The node's pods, e.g. `10.244.1.0/24`. */
  readonly subnet: string
}

/**
 * The share of the node of this place in the list of nodes, counted from 0.
 * @throws {NetworkError} `NoFreeRange` when the drydock's range has no share left.
 */
export function nodeRange(ranges: Ranges, place: number): NodeRange {
  const { first, size } = toRange(ranges.pods)
  // The first share is left out, so that the first node is 1 in every name and address.
  const number = place + 1
  const base = first + number * 256
  if (base >= first + size)
    throw new NetworkError('NoFreeRange', `${ranges.pods} has no room for ${number} nodes`)
  return {
    bridge: `${ranges.prefix}b${number}`,
    gateway: toAddress(base + 1),
    subnet: `${toAddress(base)}/24`,
  }
}

/**
 * Takes the first share that no other drydock in this network namespace has. Making an interface is atomic in the kernel, so
 * that processes that start at once get different shares.
 * @throws {NetworkError} `NoFreeRange` when all are taken.
 */
export async function claimRanges(): Promise<Ranges> {
  for (let slot = 0; slot < slots; slot++) {
    const ranges = slotRanges(slot)
    if (await claim(ranges)) return ranges
  }
  throw new NetworkError('NoFreeRange', `${slots} drydocks run in this network namespace already`)
}

/** Gives the ranges back, for others to claim. */
export async function releaseRanges(ranges: Ranges): Promise<void> {
  await ipRemove([`link del ${claimInterface(ranges)}`])
}

/** Whether the claim is now made, and was not before. A bridge without ports: not every kernel has the type `dummy`. */
export async function claim(ranges: Ranges): Promise<boolean> {
  const { ok, complaints } = await attempt(
    'ip',
    ['link', 'add', claimInterface(ranges), 'type', 'bridge'],
    '',
  )
  if (ok) return true
  if (complaints.some((line) => line.includes('File exists'))) return false
  throw new NetworkError('CommandFailed', `a network interface cannot be made: ${complaints.join('; ')}`)
}

/** Whether the address is one of a pod or a Service. */
export function isOurs(ranges: Ranges, address: string): boolean {
  const number = toNumber(address)
  return [ranges.pods, ranges.services]
    .map(toRange)
    .some((r) => number >= r.first && number < r.first + r.size)
}
