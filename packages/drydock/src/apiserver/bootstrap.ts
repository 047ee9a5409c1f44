import { rootAuthority } from '../root-authority.ts'
import { formatAddress, parseRange } from './addresses/range.ts'
import { systemPriorityClasses } from './admission/priority.ts'
import type { Api, InCluster } from './api.ts'
import type { KindInfo } from './kinds.ts'
import type { ObjectMeta } from './object.ts'
import { createObject } from './writes/create-object.ts'
import { updateObject } from './writes/update-object.ts'

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'orlop-system']

/** Ownership of these is nobody's business, and tracking it would read the schemas before anybody waits for them. */
const options = { dryRun: false, manager: 'drydock', subresource: '', fieldsTracked: true }

/** Makes what every cluster has from its first moment, where it is missing. */
export function bootstrap(api: Api): void {
  const ensure = (
    apiVersion: string,
    kind: string,
    object: { metadata: ObjectMeta; [key: string]: unknown },
  ) => {
    const info = kindOf(api, apiVersion, kind)
    const { namespace = '', name } = object.metadata
    if (api.storage.get(info.storedAs, namespace, name) !== undefined) return
    createObject(api, info, { apiVersion, kind, ...object }, options)
  }
  for (const name of namespaces) ensure('v1', 'Namespace', { metadata: { name } })
  for (const namespace of namespaces)
    ensure('v1', 'ServiceAccount', { metadata: { namespace, name: 'default' } })
  for (const { name, ...priority } of systemPriorityClasses)
    ensure('scheduling.k8s.io/v1', 'PriorityClass', { metadata: { name }, ...priority })
  ensure('v1', 'Service', apiService(formatAddress(parseRange(api.serviceRange).first)))
  if (api.inCluster === undefined) return
  for (const namespace of namespaces) ensure('v1', 'ConfigMap', rootAuthority(namespace, api.inCluster))
  for (const [apiVersion, kind, object] of endpointsOfApi(api.inCluster)) {
    ensure(apiVersion, kind, object)
    // It may listen at another address than when this was written.
    const info = kindOf(api, apiVersion, kind)
    const old = api.storage.get(info.storedAs, 'default', 'kubernetes')?.object
    if (old !== undefined)
      updateObject(api, info, old, { ...old, ...object, metadata: old.metadata }, options)
  }
}

/** By which pods find the API; the first address of the range, as everywhere. */
function apiService(clusterIP: string): { metadata: ObjectMeta; [key: string]: unknown } {
  return {
    metadata: {
      namespace: 'default',
      name: 'kubernetes',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: { clusterIP, ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
  }
}

/** As the real server's endpoint reconciler writes them (pkg/controlplane/reconcilers). */
function endpointsOfApi({ address, port }: InCluster): [string, string, { metadata: ObjectMeta }][] {
  const place = { namespace: 'default', name: 'kubernetes' }
  const ports = [{ name: 'https', port, protocol: 'TCP' }]
  const slice = {
    metadata: { ...place, labels: { 'kubernetes.io/service-name': place.name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  }
  const endpoints = {
    metadata: { ...place, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  }
  return [
    ['v1', 'Endpoints', endpoints],
    ['discovery.k8s.io/v1', 'EndpointSlice', slice],
  ]
}

function kindOf(api: Api, apiVersion: string, kind: string): KindInfo {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const found = api.registry.resolveKind(group, version, kind)
  if (found === undefined) throw new TypeError(`${apiVersion} ${kind} is not a built-in kind`)
  return found
}
