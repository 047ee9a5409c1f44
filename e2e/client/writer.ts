/** Writes numbered values, one after the other, and remembers which of them were acknowledged. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Address, connect, type Redis } from './connection.ts'

export interface Report {
  /** How many writes were acknowledged. */
  readonly acknowledged: number
  /** Their numbers, as ranges [first, last]. */
  readonly ranges: readonly (readonly [number, number])[]
  /** The longest time without an acknowledgement since the first one, that which still lasts included; in ms. */
  readonly longestGap: number
  /** Since the last acknowledgement, or since the start; in ms. */
  readonly silentFor: number
  /** How often each error was seen; addresses and numbers left out. */
  readonly errors: Readonly<Record<string, number>>
}

export interface Writer {
  report(): Report
  /** Resolves when `signal` aborts and the write in hand has ended. */
  readonly ended: Promise<void>
}

/** Between two writes, and before connecting anew; in ms. A writer that fills the memory tests something else. */
const betweenWrites = 4
const beforeConnecting = 50

export const keyOf = (prefix: string, number: number): string => `${prefix}:${number}`

export function startWriter(address: Address, prefix: string, signal: AbortSignal): Writer {
  const ranges: [number, number][] = []
  const errors: Record<string, number> = {}
  let acknowledged = 0
  let longestGap = 0
  let last = performance.now()

  const acknowledge = (number: number): void => {
    const now = performance.now()
    if (acknowledged > 0) longestGap = Math.max(longestGap, now - last)
    last = now
    acknowledged++
    const range = ranges.at(-1)
    if (range?.[1] === number - 1) range[1] = number
    else ranges.push([number, number])
  }
  const fail = (error: unknown): void => {
    const text = String(error instanceof Error ? error.message || error.name : error).replace(
      /\d[\d.:]*/g,
      'N',
    )
    errors[text] = (errors[text] ?? 0) + 1
  }
  const write = async (): Promise<void> => {
    for (let number = 0, redis: Redis | undefined; !signal.aborted; ) {
      try {
        redis ??= await connect(address)
        // A number is tried once: whether a write without a reply arrived is nobody's promise.
        number++
        await redis.send('SET', keyOf(prefix, number), String(number))
        acknowledge(number)
        await pause(betweenWrites)
      } catch (error) {
        fail(error)
        redis?.close()
        redis = undefined
        await pause(beforeConnecting)
      }
      if (signal.aborted) redis?.close()
    }
  }
  return {
    ended: write(),
    report: () => {
      const silentFor = performance.now() - last
      const gap = acknowledged > 0 ? Math.max(longestGap, silentFor) : silentFor
      return {
        acknowledged,
        ranges: ranges.map(([from, to]) => [from, to] as const),
        longestGap: Math.round(gap),
        silentFor: Math.round(silentFor),
        errors: { ...errors },
      }
    },
  }
}
