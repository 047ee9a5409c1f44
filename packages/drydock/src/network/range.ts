import { isIPv4 } from 'node:net'
import { NetworkError } from './network-error.ts'

/** A range of IPv4 addresses, as numbers: `first` is the network address itself. */
export interface Range {
  readonly first: number
  /** How many addresses, the first and the last included. */
  readonly size: number
}

/** @throws {NetworkError} `NotAnAddress` */
export function toNumber(address: string): number {
  if (!isIPv4(address)) throw new NetworkError('NotAnAddress', `${address} is not an IPv4 address`)
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

/**
 * Reads `10.244.0.0/16`.
 * @throws {NetworkError} `NotAnAddress`
 */
export function toRange(text: string): Range {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  const bits = Number(match?.[2])
  const size = 2 ** (32 - bits)
  const first = toNumber(match?.[1] ?? text)
  if (!(bits >= 8 && bits <= 30) || first % size !== 0) {
    throw new NetworkError('NotAnAddress', `${text} is not a range of IPv4 addresses`)
  }
  return { first, size }
}

export function isWithin(range: Range, address: string): boolean {
  if (!isIPv4(address)) return false
  const number = toNumber(address)
  return number >= range.first && number < range.first + range.size
}
