/** Reads back what was acknowledged: lost is what is missing, or holds another value. */
import { type Address, connect } from './connection.ts'
import { keyOf } from './writer.ts'

export interface Verdict {
  readonly checked: number
  readonly lost: readonly number[]
}

const atOnce = 1000

export async function check(
  address: Address,
  prefix: string,
  ranges: readonly (readonly [number, number])[],
): Promise<Verdict> {
  const redis = await connect(address, 30_000)
  try {
    const lost: number[] = []
    let checked = 0
    for (const [from, to] of ranges) {
      for (let first = from; first <= to; first += atOnce) {
        const numbers = Array.from({ length: Math.min(atOnce, to - first + 1) }, (_, i) => first + i)
        const values = await redis.send('MGET', ...numbers.map((number) => keyOf(prefix, number)))
        if (!Array.isArray(values)) throw new Error(`MGET gave ${String(values)}`)
        lost.push(...numbers.filter((number, i) => String(values[i]) !== String(number)))
        checked += numbers.length
      }
    }
    return { checked, lost }
  } finally {
    redis.close()
  }
}
