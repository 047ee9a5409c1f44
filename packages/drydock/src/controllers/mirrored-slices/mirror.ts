/** The slices that stand for Endpoints which somebody wrote by hand: pkg/controller/endpointslicemirroring. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { EndpointSlice, Endpoints, Service } from '@orlop/kube'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { hasEndpoints, MANAGED_BY_LABEL, SERVICE_NAME_LABEL, type SlicePlan } from '../endpoints/slices.ts'
import { revisionHash } from '../revision-hash.ts'

export const MIRRORED_BY = 'endpointslicemirroring-controller.k8s.io'
const skipMirror = 'endpointslice.kubernetes.io/skip-mirror'
const leaderElection = 'control-plane.alpha.kubernetes.io/leader'

type Subset = NonNullable<Endpoints['subsets']>[number]
type Address = NonNullable<Subset['addresses']>[number]

/** @param existing the slices that stand for Endpoints of this name now */
export function planMirror(
  endpoints: Endpoints | undefined,
  service: Service | undefined,
  existing: readonly EndpointSlice[],
): SlicePlan {
  const wanted = new Map(
    (endpoints && service && isMirrored(endpoints, service) ? slicesOf(endpoints) : []).map((slice) => [
      slice.metadata.name,
      slice,
    ]),
  )
  const kept = existing.filter(({ metadata }) => wanted.has(metadata.name))
  return {
    create: [...wanted.values()].filter(({ metadata }) =>
      existing.every((slice) => slice.metadata.name !== metadata.name),
    ),
    update: kept.flatMap((slice) => {
      const next = wanted.get(slice.metadata.name)
      return next && !sameContent(slice, next)
        ? [{ ...next, metadata: { ...slice.metadata, ...labelsOf(next) } }]
        : []
    }),
    remove: existing.filter((slice) => !kept.includes(slice)),
  }
}

function isMirrored({ metadata }: Endpoints, service: Service): boolean {
  return (
    !hasEndpoints(service) &&
    service.spec?.type !== 'ExternalName' &&
    metadata.deletionTimestamp === undefined &&
    metadata.labels?.[skipMirror] !== 'true' &&
    metadata.annotations?.[leaderElection] === undefined
  )
}

function slicesOf({ metadata, subsets = [] }: Endpoints): EndpointSlice[] {
  const { name, namespace = '', uid = '' } = metadata
  return subsets.map((subset, index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${revisionHash([uid, index]).slice(0, 5)}`,
      namespace,
      labels: { ...metadata.labels, [SERVICE_NAME_LABEL]: name, [MANAGED_BY_LABEL]: MIRRORED_BY },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Endpoints', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: 'IPv4',
    endpoints: [
      ...(subset.addresses ?? []).map((address) => endpointOf(address, true)),
      ...(subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false)),
    ],
    ports: (subset.ports ?? []).map(({ name: portName = '', port, protocol = 'TCP' }) => ({
      name: portName,
      port,
      protocol,
    })),
  }))
}

function endpointOf({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  }
}

function sameContent(live: EndpointSlice, wanted: EndpointSlice): boolean {
  return (
    isDeepStrictEqual(live.endpoints ?? [], wanted.endpoints) &&
    isDeepStrictEqual(live.ports ?? [], wanted.ports) &&
    isDeepStrictEqual(live.metadata.labels, wanted.metadata.labels)
  )
}

const labelsOf = ({ metadata }: EndpointSlice) => (metadata.labels ? { labels: metadata.labels } : {})
