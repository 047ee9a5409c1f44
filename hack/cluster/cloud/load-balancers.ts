/** Keeps the statuses of Services and the routes of the outside in step with what is planned. */
import { type EndpointSlice, type Node, Reflector, resources, type Service } from '@orlop/kube'
import { outsideOf } from '../addresses.ts'
import { ip } from '../command.ts'
import { planLoadBalancers } from './load-balancer-plan.ts'
import type { Surroundings } from './surroundings.ts'

/** Changes come in bursts: how long is waited for the rest of one, and after a failure, in ms. */
const gather = 20
const retryAfter = 1000

/** Runs until the signal aborts. */
export async function followLoadBalancers(o: Surroundings): Promise<void> {
  const { signal, clock, client, log } = o
  const services = new Reflector<Service>({ ...o, resource: resources.services })
  const slices = new Reflector<EndpointSlice>({ ...o, resource: resources.endpointSlices })
  const nodes = new Reflector<Node>({ ...o, resource: resources.nodes })
  const all = [services, slices, nodes]
  const ended = Promise.all(all.map((reflector) => reflector.run(signal)))
  await Promise.all(all.map((reflector) => reflector.synced(signal)))

  let wake = Promise.withResolvers<void>()
  for (const reflector of all) reflector.subscribe(() => wake.resolve())
  signal.addEventListener('abort', () => wake.resolve(), { once: true })

  /** What the outside has now; undefined when that is not certain, and all is made anew. */
  let routes: ReadonlyMap<string, string> | undefined
  while (!signal.aborted) {
    await wake.promise
    wake = Promise.withResolvers()
    try {
      await clock.sleep(gather, signal)
      const plan = planLoadBalancers({
        services: services.store.list(),
        slices: slices.store.list(),
        nodes: nodes.store.list(),
      })
      const changes = routeChanges(routes, plan.routes)
      routes = undefined
      if (changes.length > 0) await ip(changes, outsideOf(o.place))
      routes = plan.routes
      for (const { service, address } of plan.statuses) {
        const { namespace, name } = service.metadata
        const body = { status: { loadBalancer: { ingress: address ? [{ ip: address }] : null } } }
        await client.patch(
          resources.services,
          { namespace, name },
          { type: 'merge', body },
          { subresource: 'status', signal },
        )
        log.info({ service: `${namespace}/${name}`, address }, 'an address was given')
      }
    } catch (error) {
      if (signal.aborted) break
      log.error({ err: error }, 'load balancers could not be set; trying again')
      await clock.sleep(retryAfter, signal).catch(() => undefined)
      wake.resolve()
    }
  }
  await ended
}

/** Marks the routes that are made here. */
const protocol = 'protocol 98'

/** Lines for `ip` that lead from one set of routes to another, or to it from whatever there is. */
export function routeChanges(
  before: ReadonlyMap<string, string> | undefined,
  after: ReadonlyMap<string, string>,
): string[] {
  const gone = [...(before?.keys() ?? [])].filter((address) => !after.has(address))
  const come = [...after].filter(([address, node]) => before?.get(address) !== node)
  return [
    ...(before ? [] : [`route flush ${protocol}`]),
    ...gone.map((address) => `route delete ${address} ${protocol}`),
    ...come.map(([address, node]) => `route replace ${address} via ${node} ${protocol}`),
  ]
}
