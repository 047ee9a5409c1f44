/** Keeps the kernel's rules in step with Services and EndpointSlices. */
import { keepTable } from '../rules/keep-table.ts'
import type { ServiceWatch, ServiceWatchOptions } from '../service-watch.ts'
import { frontends } from './backends.ts'
import { FlowBooks } from './flow-books.ts'
import { skeleton } from './skeleton.ts'
import { type ProxyNode, tableOf } from './table.ts'

export interface ServiceProxyOptions extends ServiceWatchOptions {
  /** Name of the nftables table: unique in the network namespace. */
  readonly table: string
  readonly watched: ServiceWatch
  readonly nodes: readonly ProxyNode[]
}

/** Resolves once the first rules are in place; runs until `signal` aborts. Then `stopped` resolves, and no rule is left. */
export async function startServiceProxy(o: ServiceProxyOptions): Promise<{ stopped: Promise<void> }> {
  const { services, slices, ended } = o.watched
  const books = new FlowBooks()
  const kept = await keepTable({
    ...o,
    skeleton: skeleton(o.table),
    wanted() {
      const endpoints = slices.store.list()
      const list = frontends(services.store.list(), endpoints)
      return tableOf(list, endpoints, { nodes: o.nodes, flowBooks: books.after(list) })
    },
  })
  services.subscribe(kept.changed)
  slices.subscribe(kept.changed)
  return { stopped: kept.stopped(ended) }
}
