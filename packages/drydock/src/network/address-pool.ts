import { NetworkError } from './network-error.ts'
import { toAddress, toNumber, toRange } from './range.ts'

/**
 * The addresses of one node's pods. Given out in turn, so that an address comes back only when all others were used: whoever still
 * speaks to a pod that is gone finds nobody, not another pod.
 */
export class AddressPool {
  readonly #subnet: string
  readonly #first: number
  readonly #count: number
  readonly #taken = new Set<number>()
  #next = 0

  /** The network, the gateway and the broadcast address of the subnet are not given out. */
  constructor(subnet: string) {
    const { first, size } = toRange(subnet)
    this.#subnet = subnet
    this.#first = first + 2
    this.#count = size - 3
  }

  /** @throws {NetworkError} `NoFreeAddress` */
  take(): string {
    for (let tries = 0; tries < this.#count; tries++) {
      const offset = this.#next
      this.#next = (offset + 1) % this.#count
      if (this.#taken.has(offset)) continue
      this.#taken.add(offset)
      return toAddress(this.#first + offset)
    }
    throw new NetworkError('NoFreeAddress', `all addresses of ${this.#subnet} are in use`)
  }

  /** Keeps an address from being given out; one of another subnet does not matter. */
  reserve(address: string): void {
    const offset = toNumber(address) - this.#first
    if (offset >= 0 && offset < this.#count) this.#taken.add(offset)
  }

  release(address: string): void {
    this.#taken.delete(toNumber(address) - this.#first)
  }
}
