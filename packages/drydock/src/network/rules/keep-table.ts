/** Keeps a table of the kernel in step with what is wanted of it. */
import type { Clock, Log } from '@orlop/kube'
import { nft } from '../command.ts'
import { emptyTable, type Table, transactions } from './change.ts'

export interface KeepTableOptions {
  /** Its name, unique in the network namespace. */
  readonly table: string
  /** The name of the network namespace that has it; unless said the one of this process. */
  readonly netns?: string
  /** The text that makes it anew, with everything that never changes. */
  readonly skeleton: string
  readonly wanted: () => Table
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface KeptTable {
  /** To be called when something else may be wanted. */
  changed(): void
  /** Resolves when the kernel has what is wanted now, or when the signal has aborted. */
  settled(): Promise<void>
  /** Resolves when the signal has aborted and the table is gone. `after`: what has to end first. */
  stopped(after: Promise<unknown>): Promise<void>
}

/** Changes come in bursts: one transaction for what arrives within this time, in ms. */
const gather = 3
/** While they keep coming: starting `nft` holds up this whole process, so that it rests for so many times as long as the last one took. */
const restAfter = 3
/** After a failure, in ms. */
const retryAfter = 500

/** Resolves once the first rules are in place; runs until `signal` aborts. @throws {NetworkError} `CommandFailed` */
export async function keepTable(o: KeepTableOptions): Promise<KeptTable> {
  const { log, clock, signal } = o
  /** Counts what was asked for, and what of it the kernel has. */
  let asked = 0
  let done = 0
  /** What the kernel has; undefined when that is not certain, and all is made anew. */
  let held: Table | undefined
  let wake: (() => void) | undefined
  const waiting = new Set<{ readonly until: number; readonly resolve: () => void }>()
  signal.addEventListener('abort', () => wake?.(), { once: true })

  const sync = async (): Promise<void> => {
    const turn = asked
    const table = o.wanted()
    if (held === undefined) await nft(o.skeleton, o.netns)
    const texts = transactions(o.table, held ?? emptyTable, table)
    held = undefined
    for (const text of texts) await nft(text, o.netns)
    held = table
    done = turn
    for (const one of waiting) {
      if (one.until > done) continue
      waiting.delete(one)
      one.resolve()
    }
  }
  await sync()

  let restsUntil = 0
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (done === asked) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        await clock.sleep(Math.max(gather, restsUntil - clock.now()), signal)
        const began = clock.now()
        await sync()
        restsUntil = clock.now() + restAfter * (clock.now() - began)
      } catch (error) {
        if (signal.aborted) break
        log.error({ err: error, table: o.table }, 'the rules of the network could not be set; trying again')
        await clock.sleep(retryAfter, signal).catch(() => undefined)
      }
    }
    for (const { resolve } of waiting) resolve()
  }
  const running = loop()
  return {
    changed() {
      asked++
      wake?.()
    },
    settled: () =>
      done === asked || signal.aborted
        ? Promise.resolve()
        : new Promise((resolve) => waiting.add({ until: asked, resolve })),
    async stopped(after) {
      await running
      await after
      await nft(`table ip ${o.table} {}\ndelete table ip ${o.table}\n`, o.netns)
    },
  }
}
