/** The names of a cluster, from its Services and EndpointSlices: as the Kubernetes DNS specification has them. */
import type { EndpointSlice, Service } from '@orlop/kube'

export const domain = 'cluster.local'

export interface Target {
  readonly port: number
  readonly host: string
}

/** Lower-case names without the final dot. */
export interface Zone {
  /** Addresses of a name. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
  /** `_port._protocol.service` to who listens. */
  readonly ports: ReadonlyMap<string, readonly Target[]>
  /** Every name that exists, also those that only have names below them: they are empty, not unknown. */
  readonly names: ReadonlySet<string>
}

export function buildZone(services: readonly Service[], slices: readonly EndpointSlice[]): Zone {
  const addresses = new Map<string, string[]>()
  const ports = new Map<string, Target[]>()
  const add = <T>(map: Map<string, T[]>, name: string, value: T): void => {
    const list = map.get(name)
    if (list) list.push(value)
    else map.set(name, [value])
  }
  const headless = new Map<string, boolean>()
  for (const service of services) {
    const name = serviceName(service.metadata.name, service.metadata.namespace)
    const ip = service.spec?.clusterIP
    if (ip === 'None') headless.set(name, true)
    else if (ip !== undefined && ip !== '') {
      add(addresses, name, ip)
      for (const port of service.spec?.ports ?? []) {
        if (port.name) add(ports, portName(port.name, port.protocol, name), { port: port.port, host: name })
      }
    }
  }
  for (const slice of slices) {
    const service = slice.metadata.labels?.['kubernetes.io/service-name']
    if (service === undefined || slice.addressType !== 'IPv4') continue
    const name = serviceName(service, slice.metadata.namespace)
    if (!headless.has(name)) continue
    for (const endpoint of slice.endpoints) {
      // A slice of a Service that publishes not-ready addresses says that they are ready.
      if (endpoint.conditions?.ready === false) continue
      for (const address of endpoint.addresses) {
        const own = `${endpoint.hostname ?? address.replaceAll('.', '-')}.${name}`.toLowerCase()
        add(addresses, name, address)
        add(addresses, own, address)
        for (const port of slice.ports ?? []) {
          if (port.name && port.port !== undefined)
            add(ports, portName(port.name, port.protocol, name), { port: port.port, host: own })
        }
      }
    }
  }
  return { addresses, ports, names: namesOf([...addresses.keys(), ...ports.keys(), ...headless.keys()]) }
}

function serviceName(name: string, namespace: string | undefined): string {
  return `${name}.${namespace}.svc.${domain}`.toLowerCase()
}

function portName(port: string, protocol: string | undefined, service: string): string {
  return `_${port}._${protocol ?? 'TCP'}.${service}`.toLowerCase()
}

/** With every name above them. */
function namesOf(names: readonly string[]): Set<string> {
  const all = new Set<string>([domain])
  for (const name of names) {
    for (let rest = name; rest !== domain && !all.has(rest); rest = rest.slice(rest.indexOf('.') + 1))
      all.add(rest)
  }
  return all
}
