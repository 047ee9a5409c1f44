/** Keeps the kernel's rules in step with Services and EndpointSlices. */

import { nft } from '../command.ts'
import { type ServiceWatchOptions, watchServices } from '../service-watch.ts'
import { frontends } from './backends.ts'
import { emptyTable, transactions } from './change.ts'
import { skeleton, type Table, tableOf } from './table.ts'

export interface ServiceProxyOptions extends ServiceWatchOptions {
  /** Name of the nftables table: unique in the network namespace. */
  readonly table: string
}

/** Changes come in bursts: one transaction for what arrives within this time, in ms. */
const gather = 3
/** After a failure, in ms. */
const retryAfter = 500

/** Resolves once the first rules are in place; runs until `signal` aborts. Then `stopped` resolves, and no rule is left. */
export async function startServiceProxy(o: ServiceProxyOptions): Promise<{ stopped: Promise<void> }> {
  const { log, clock, signal } = o
  const { services, slices, ended } = await watchServices(o)

  let wanted = true
  /** What the kernel has; undefined when that is not certain, and all is made anew. */
  let held: Table | undefined
  let wake: (() => void) | undefined
  const change = (): void => {
    wanted = true
    wake?.()
  }
  services.subscribe(change)
  slices.subscribe(change)

  const sync = async (): Promise<void> => {
    const table = tableOf(frontends(services.store.list(), slices.store.list()), slices.store.list())
    if (held === undefined) await nft(skeleton(o.table))
    const texts = transactions(o.table, held ?? emptyTable, table)
    held = undefined
    for (const text of texts) await nft(text)
    held = table
  }
  wanted = false
  await sync()

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      if (!wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        continue
      }
      try {
        await clock.sleep(gather, signal)
        wanted = false
        await sync()
      } catch (error) {
        if (signal.aborted) break
        log.error({ err: error, table: o.table }, 'the rules of the Services could not be set; trying again')
        wanted = true
        await clock.sleep(retryAfter, signal).catch(() => undefined)
      }
    }
    await ended
    await nft(`table ip ${o.table} {}\ndelete table ip ${o.table}\n`)
  }
  return { stopped: loop() }
}
