/** IPv4 addresses as numbers, to count through a range. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

/** First and last usable address of a range such as `10.96.0.0/16`. */
export function parseRange(range: string): { first: number; last: number } {
  const [base = '', bits = ''] = range.split('/')
  const start = parseAddress(base)
  const length = Number(bits)
  if (start === undefined || !Number.isInteger(length) || length < 8 || length > 30) {
    throw new RangeError(`not an IPv4 range: ${range}`)
  }
  const size = 2 ** (32 - length)
  const network = Math.floor(start / size) * size
  return { first: network + 1, last: network + size - 2 }
}
