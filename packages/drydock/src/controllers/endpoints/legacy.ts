/** The older Endpoints object of a Service, for clients that still read it. Pure. */

import { isDeepStrictEqual } from 'node:util'
import type { Endpoints } from '@orlop/kube'
import { type Endpoint, portGroups, type ServiceView } from './endpoint.ts'

type Subset = NonNullable<Endpoints['subsets']>[number]
type Address = NonNullable<Subset['addresses']>[number]

export function wantedEndpoints(view: ServiceView): Endpoints {
  const { name, namespace = 'default', labels } = view.service.metadata
  const subsets = portGroups(view).flatMap(({ ports, endpoints }): Subset[] => {
    // Unlike a slice, this object has no place for pods that are going away.
    const present = endpoints.filter((endpoint) => !endpoint.conditions?.terminating)
    const ready = present.filter((endpoint) => endpoint.conditions?.ready).map(address)
    const notReady = present.filter((endpoint) => !endpoint.conditions?.ready).map(address)
    if (present.length === 0) return []
    return [
      {
        ...(ready.length > 0 ? { addresses: ready } : {}),
        ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
        ports: ports.map(({ name: portName, port = 0, protocol = 'TCP' }) => ({
          ...(portName ? { name: portName } : {}),
          port,
          protocol,
        })),
      },
    ]
  })
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
    ...(subsets.length > 0 ? { subsets } : {}),
  }
}

export function sameEndpoints(live: Endpoints, wanted: Endpoints): boolean {
  return (
    isDeepStrictEqual(live.subsets ?? [], wanted.subsets ?? []) &&
    isDeepStrictEqual(live.metadata.labels ?? {}, wanted.metadata.labels ?? {})
  )
}

function address({ addresses, hostname, nodeName, targetRef }: Endpoint): Address {
  return {
    ip: addresses[0] ?? '',
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  }
}
