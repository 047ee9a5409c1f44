/** From Services and EndpointSlices to who answers at which address: the part of a service proxy that decides. */
import type { EndpointSlice, Service } from '@orlop/kube'

export interface Backend {
  readonly address: string
  readonly port: number
}

/** One address and port at which a Service is reached, with everybody who may answer there. */
export interface Frontend {
  readonly service: string
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  readonly nodePort: number | undefined
  readonly backends: readonly Backend[]
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
  const address = service.spec?.clusterIP
  if (address === undefined || address === '' || address === 'None') return []
  return (service.spec?.ports ?? []).flatMap((port): Frontend[] => {
    const protocol = port.protocol === 'UDP' ? 'udp' : 'tcp'
    if (port.protocol === 'SCTP') return []
    return [
      {
        service: `${service.metadata.namespace}/${service.metadata.name}`,
        protocol,
        address,
        port: port.port,
        nodePort: port.nodePort,
        backends: backendsOf(slices, port.name ?? ''),
      },
    ]
  })
}

/** The ready ones; those that are going away still serve only where nobody else does. */
function backendsOf(slices: readonly EndpointSlice[], portName: string): Backend[] {
  const ready: Backend[] = []
  const leaving: Backend[] = []
  for (const slice of slices) {
    const port = slice.ports?.find((p) => (p.name ?? '') === portName)?.port
    if (slice.addressType !== 'IPv4' || port === undefined) continue
    for (const endpoint of slice.endpoints) {
      const { ready: isReady, serving, terminating } = endpoint.conditions ?? {}
      for (const address of endpoint.addresses) {
        if (isReady !== false) ready.push({ address, port })
        else if (terminating === true && serving !== false) leaving.push({ address, port })
      }
    }
  }
  const backends = ready.length > 0 ? ready : leaving
  return backends.sort((a, b) => (a.address < b.address ? -1 : 1))
}
