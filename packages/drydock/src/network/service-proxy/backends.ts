/** From Services and EndpointSlices to who answers at which address: the part of a service proxy that decides. */
import type { EndpointSlice, Service } from '@orlop/kube'

export interface Backend {
  readonly address: string
  readonly port: number
  readonly node: string | undefined
}

/** One address and port at which a Service is reached, with everybody who may answer there. */
export interface Frontend {
  readonly service: string
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly nodePort: number | undefined
  readonly ready: readonly Backend[]
  /** Those that are going away and still serve. */
  readonly leaving: readonly Backend[]
  /** For how many seconds a client stays with its endpoint. */
  readonly affinity: number | undefined
  /** Whether what comes from a node, or to the port of a node, goes to the endpoints of that node alone. */
  readonly internalLocal: boolean
  readonly externalLocal: boolean
}

/** The ready ones; those that are going away serve only where nobody else does. @param node of this node alone */
export function backendsFor({ ready, leaving }: Frontend, node?: string): readonly Backend[] {
  const here = (list: readonly Backend[]): readonly Backend[] =>
    node === undefined ? list : list.filter((backend) => backend.node === node)
  const first = here(ready)
  return first.length > 0 ? first : here(leaving)
}

/** Sorted, so that the same cluster always gives the same answer. */
export function frontends(services: readonly Service[], slices: readonly EndpointSlice[]): Frontend[] {
  const byService = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const name = slice.metadata.labels?.['kubernetes.io/service-name']
    if (name === undefined) continue
    const key = `${slice.metadata.namespace}/${name}`
    byService.set(key, [...(byService.get(key) ?? []), slice])
  }
  return services
    .flatMap((service) =>
      frontendsOf(service, byService.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? []),
    )
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

const order = (f: Frontend): string => `${f.service} ${f.protocol} ${String(f.port).padStart(5, '0')}`

function frontendsOf(service: Service, slices: readonly EndpointSlice[]): Frontend[] {
  const { clusterIP: address, type, ports = [], ...spec } = service.spec ?? {}
  if (address === undefined || address === '' || address === 'None' || type === 'ExternalName') return []
  const shared = {
    service: `${service.metadata.namespace}/${service.metadata.name}`,
    address,
    affinity:
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinity)
        : undefined,
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: spec.externalTrafficPolicy === 'Local',
  }
  return ports.flatMap(({ protocol, port, nodePort, name = '' }): Frontend[] =>
    protocol === 'SCTP'
      ? []
      : [
          {
            ...shared,
            protocol: protocol === 'UDP' ? 'udp' : 'tcp',
            port,
            nodePort,
            ...endpointsOf(slices, name),
          },
        ],
  )
}

/** Seconds, as the API server fills in. */
const defaultAffinity = 10_800

function endpointsOf(
  slices: readonly EndpointSlice[],
  portName: string,
): { ready: readonly Backend[]; leaving: readonly Backend[] } {
  const ready: Backend[] = []
  const leaving: Backend[] = []
  for (const slice of slices) {
    const port = slice.ports?.find((p) => (p.name ?? '') === portName)?.port
    if (slice.addressType !== 'IPv4' || port === undefined) continue
    for (const { conditions, addresses, nodeName } of slice.endpoints ?? []) {
      const { ready: isReady, serving, terminating } = conditions ?? {}
      for (const address of addresses) {
        const backend = { address, port, node: nodeName }
        if (isReady !== false) ready.push(backend)
        else if (terminating === true && serving !== false) leaving.push(backend)
      }
    }
  }
  const byAddress = (a: Backend, b: Backend): number => (a.address < b.address ? -1 : 1)
  return { ready: ready.sort(byAddress), leaving: leaving.sort(byAddress) }
}
