/** Which EndpointSlices a Service should have, and how to get there from those it has. Pure. */

import { isDeepStrictEqual } from 'node:util'
import type { EndpointSlice, Service } from '@orlop/kube'
import { revisionHash } from '../revision-hash.ts'
import { changeTime, type PortGroup, portGroups, type ServiceView } from './endpoint.ts'

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by'
export const MANAGED_BY = 'endpointslice-controller.k8s.io'
const HEADLESS_LABEL = 'service.kubernetes.io/headless'
const MAX_ENDPOINTS = 100

export interface SlicePlan {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly remove: readonly EndpointSlice[]
}

/** Services without a selector, and aliases, have endpoints that somebody else writes. */
export function hasEndpoints(service: Service): boolean {
  const spec = service.spec
  return spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length > 0
}

/** @param existing the slices of this Service that carry our managed-by label */
export function planSlices(view: ServiceView, existing: readonly EndpointSlice[]): SlicePlan {
  const wanted = new Map(wantedSlices(view).map((slice) => [slice.metadata.name, slice]))
  const create = new Map(wanted)
  const update: EndpointSlice[] = []
  const remove: EndpointSlice[] = []
  for (const slice of existing) {
    const next = wanted.get(slice.metadata.name)
    // addressType cannot be changed, so that such a slice makes way for a new one.
    if (next === undefined || next.addressType !== slice.addressType) {
      remove.push(slice)
      continue
    }
    create.delete(slice.metadata.name)
    if (!sameContent(slice, next)) update.push(merged(slice, next))
  }
  return { create: [...create.values()], update, remove }
}

export function wantedSlices(view: ServiceView): EndpointSlice[] {
  const annotations = changeTime(view)
  return portGroups(view)
    .flatMap(chunks)
    .map((chunk, index) => newSlice(view.service, annotations, chunk, index))
}

function newSlice(
  service: Service,
  annotations: Record<string, string>,
  { ports, endpoints }: PortGroup,
  index: number,
): EndpointSlice {
  const { name, namespace = 'default', uid = '', labels } = service.metadata
  const headless = service.spec?.clusterIP === 'None'
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      // Not random: a create repeated from a stale cache meets AlreadyExists, and makes no twin.
      name: `${name}-${revisionHash([uid, index]).slice(0, 5)}`,
      generateName: `${name}-`,
      namespace,
      annotations,
      labels: {
        ...labels,
        [SERVICE_NAME_LABEL]: name,
        [MANAGED_BY_LABEL]: MANAGED_BY,
        ...(headless ? { [HEADLESS_LABEL]: '' } : {}),
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: service.spec?.ipFamilies?.[0] ?? 'IPv4',
    endpoints: [...endpoints],
    ports: [...ports],
  }
}

function chunks({ ports, endpoints }: PortGroup): PortGroup[] {
  const count = Math.max(1, Math.ceil(endpoints.length / MAX_ENDPOINTS))
  return Array.from({ length: count }, (_, i) => ({
    ports,
    endpoints: endpoints.slice(i * MAX_ENDPOINTS, (i + 1) * MAX_ENDPOINTS),
  }))
}

function sameContent(live: EndpointSlice, wanted: EndpointSlice): boolean {
  return (
    isDeepStrictEqual(live.endpoints ?? [], wanted.endpoints) &&
    isDeepStrictEqual(live.ports ?? [], wanted.ports) &&
    isDeepStrictEqual(live.metadata.labels, wanted.metadata.labels)
  )
}

function merged(live: EndpointSlice, wanted: EndpointSlice): EndpointSlice {
  const { labels = {}, annotations } = wanted.metadata
  return {
    ...wanted,
    metadata: { ...live.metadata, labels, annotations: { ...live.metadata.annotations, ...annotations } },
  }
}
