import { setTimeout as pause } from 'node:timers/promises'
import { type Address, connect, type Redis } from './connection.ts'

/** A script that takes the server some ten milliseconds and changes nothing. */
const work = 'local n = 0 for i = 1, 300000 do n = n + i end return n'

/** Keeps the server busy, one script after the other, until the signal. */
export async function burn(address: Address, signal: AbortSignal): Promise<void> {
  let redis: Redis | undefined
  while (!signal.aborted) {
    try {
      redis ??= await connect(address, 10_000)
      await redis.send('EVAL', work, '0')
    } catch {
      redis?.close()
      redis = undefined
      await pause(100)
    }
  }
  redis?.close()
}
