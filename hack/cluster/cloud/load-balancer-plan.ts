/** Who gets which address, and which node leads there: pure. */
import type { EndpointSlice, Node, Service } from '@orlop/kube'
import { isWithin, toAddress, toRange } from '../../../packages/drydock/src/network/range.ts'
import { loadBalancerRange } from '../addresses.ts'

export interface Balanced {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly nodes: readonly Node[]
}

export interface Plan {
  /** Services whose status has to be written, with their address; undefined where it has to be taken away. */
  readonly statuses: readonly { readonly service: Service; readonly address: string | undefined }[]
  /** By address of a Service the address of the node that it is reached through; none while no node can serve it. */
  readonly routes: ReadonlyMap<string, string>
}

const range = toRange(loadBalancerRange)

/** An address that was given stays; `spec.loadBalancerIP` is heeded where it is free; else the lowest free one. */
export function planLoadBalancers(world: Balanced): Plan {
  const balanced = world.services.filter(isOurs)
  const given = new Map<Service, string>()
  const taken = new Set<string>()
  const give = (service: Service, address: string | undefined): void => {
    if (address === undefined || given.has(service) || taken.has(address) || !isWithin(range, address)) return
    given.set(service, address)
    taken.add(address)
  }
  for (const service of balanced) give(service, addressOf(service))
  for (const service of balanced) give(service, service.spec?.loadBalancerIP)
  for (const service of balanced) give(service, lowestFree(taken))

  const routes = new Map<string, string>()
  for (const [service, address] of given) {
    const node = nodeFor(service, address, world)
    if (node !== undefined) routes.set(address, node)
  }
  const wrong = balanced.filter((service) => given.has(service) && addressOf(service) !== given.get(service))
  const former = world.services.filter((service) => !isOurs(service) && addressOf(service) !== undefined)
  return {
    statuses: [
      ...wrong.map((service) => ({ service, address: given.get(service) })),
      ...former.map((service) => ({ service, address: undefined })),
    ],
    routes,
  }
}

/** One with a class is another controller's: KEP 1959. */
function isOurs({ spec, metadata }: Service): boolean {
  return (
    spec?.type === 'LoadBalancer' &&
    spec.loadBalancerClass === undefined &&
    metadata.deletionTimestamp === undefined
  )
}

function addressOf({ status }: Service): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip
}

/** The first address of the range is that of the network. */
function lowestFree(taken: ReadonlySet<string>): string | undefined {
  for (let n = range.first + 1; n < range.first + range.size - 1; n++)
    if (!taken.has(toAddress(n))) return toAddress(n)
  return undefined
}

/** Any node that is ready passes packets on, but with `externalTrafficPolicy: Local` only one that has a pod of the Service. */
function nodeFor(service: Service, address: string, { slices, nodes }: Balanced): string | undefined {
  const local = service.spec?.externalTrafficPolicy === 'Local' ? nodesWithPods(service, slices) : undefined
  const able = nodes
    .filter((node) => isReady(node) && (local?.has(node.metadata.name) ?? true))
    .flatMap(({ status }) => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? [])
    .sort()
  return able[Number(address.split('.')[3]) % able.length]
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

function nodesWithPods({ metadata }: Service, slices: readonly EndpointSlice[]): Set<string> {
  const own = slices.filter(
    (slice) =>
      slice.metadata.namespace === metadata.namespace &&
      slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
  )
  return new Set(
    own.flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ nodeName, conditions }) =>
        nodeName && conditions?.ready !== false ? [nodeName] : [],
      ),
    ),
  )
}
