/** The older Endpoints object of a Service, for clients that still read it. Pure. */

import { isDeepStrictEqual } from 'node:util'
import type { Endpoints } from '@orlop/kube'
import { changeTime, type Endpoint, type EndpointPort, portGroups, type ServiceView } from './endpoint.ts'

type Subset = NonNullable<Endpoints['subsets']>[number]
type SubsetPort = NonNullable<Subset['ports']>[number]
type Address = NonNullable<Subset['addresses']>[number]

export function wantedEndpoints(view: ServiceView): Endpoints {
  const { name, namespace = 'default', labels } = view.service.metadata
  const subsets = subsetsOf(view)
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace,
      annotations: changeTime(view),
      ...(labels === undefined ? {} : { labels }),
    },
    ...(subsets.length > 0 ? { subsets } : {}),
  }
}

/** One for each set of addresses, with all ports that are reached on just these (RepackSubsets of pkg/api/v1/endpoints). */
function subsetsOf(view: ServiceView): Subset[] {
  const byPort = new Map<string, { port: EndpointPort | undefined; endpoints: Endpoint[] }>()
  const portless = (view.service.spec?.ports ?? []).length === 0
  for (const { ports, endpoints } of portGroups(view)) {
    // Unlike a slice, this object has no place for pods that are going away.
    const present = endpoints.filter((endpoint) => !endpoint.conditions?.terminating)
    for (const port of portless ? [undefined] : ports) {
      const entry = byPort.get(JSON.stringify(port) ?? '') ?? { port, endpoints: [] }
      entry.endpoints.push(...present)
      byPort.set(JSON.stringify(port) ?? '', entry)
    }
  }
  const byAddresses = new Map<string, Subset>()
  for (const { port, endpoints } of byPort.values()) {
    if (endpoints.length === 0) continue
    const ready = addresses(endpoints.filter((endpoint) => endpoint.conditions?.ready))
    const notReady = addresses(endpoints.filter((endpoint) => !endpoint.conditions?.ready))
    const key = JSON.stringify([ready, notReady])
    const { ports = [] } = byAddresses.get(key) ?? {}
    byAddresses.set(key, {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
      ...(port === undefined ? {} : { ports: [...ports, portOf(port)] }),
    })
  }
  return [...byAddresses.values()]
}

function portOf({ name, port = 0, protocol = 'TCP', appProtocol }: EndpointPort): SubsetPort {
  const named = name ? { name } : {}
  return { ...named, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }
}

export function sameEndpoints(live: Endpoints, wanted: Endpoints): boolean {
  return (
    isDeepStrictEqual(live.subsets ?? [], wanted.subsets ?? []) &&
    isDeepStrictEqual(live.metadata.labels ?? {}, wanted.metadata.labels ?? {})
  )
}

/** In the order of their numbers. */
function addresses(endpoints: readonly Endpoint[]): Address[] {
  return endpoints.map(address).sort((a, b) => numberOf(a) - numberOf(b))
}

function numberOf({ ip }: Address): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function address({ addresses, hostname, nodeName, targetRef }: Endpoint): Address {
  return {
    ip: addresses[0] ?? '',
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  }
}
