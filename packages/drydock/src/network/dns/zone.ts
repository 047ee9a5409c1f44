/**
 * The names of a cluster: as the Kubernetes DNS specification has them, and where that is silent as CoreDNS's plugin kubernetes.
 * Nothing is built ahead: a question looks at the one Service it names.
 */
import type { EndpointSlice, Reflector, Service } from '@orlop/kube'

export const domain = 'cluster.local'

/** What answers a question. */
export type Found =
  /** There is no such name. */
  | { readonly kind: 'unknown' }
  /** There is, or there are names below it; it has these records, if any. */
  | { readonly kind: 'name'; readonly addresses: readonly string[]; readonly targets: readonly Target[] }
  /** It is another name for somebody else. */
  | { readonly kind: 'alias'; readonly host: string }
  | { readonly kind: 'pointer'; readonly hosts: readonly string[] }

/** Who listens at a port of a Service. */
export interface Target {
  readonly port: number
  /** A name that has the address. */
  readonly host: string
  readonly address: string
}

const unknown: Found = { kind: 'unknown' }
const empty: Found = { kind: 'name', addresses: [], targets: [] }

/** What names are made from; to be asked by index, so that no question costs more than the Service it is about. */
export interface Named {
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, service: string): readonly EndpointSlice[]
  hasNamespace(name: string): boolean
  servicesAt(address: string): readonly Service[]
  slicesAt(address: string): readonly EndpointSlice[]
}

export const serviceNameLabel = 'kubernetes.io/service-name'

/** The caches with the indexes that {@link Named} needs; made with {@link indexes}. */
export function namedBy(
  services: Reflector<Service>,
  slices: Reflector<EndpointSlice>,
  hasNamespace: (name: string) => boolean,
): Named {
  services.addIndexers({ address: addressOf })
  slices.addIndexers({ service: serviceOf, address: addressesOf })
  return {
    service: (namespace, name) => services.store.get(`${namespace}/${name}`),
    slices: (namespace, service) => slices.store.byIndex('service', `${namespace}/${service}`),
    hasNamespace,
    servicesAt: (address) => services.store.byIndex('address', address),
    slicesAt: (address) => slices.store.byIndex('address', address),
  }
}

const addressOf = ({ spec }: Service): string[] => (spec?.clusterIP ? [spec.clusterIP] : [])
const serviceOf = ({ metadata }: EndpointSlice): string[] => {
  const name = metadata.labels?.[serviceNameLabel]
  return name === undefined ? [] : [`${metadata.namespace}/${name}`]
}
const addressesOf = ({ endpoints }: EndpointSlice): string[] =>
  (endpoints ?? []).flatMap(({ addresses }) => addresses)

/** @param name in lower case, without the final dot */
export function find(name: string, named: Named): Found {
  const reverse = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name)
  if (reverse) return pointersOf(reverse.slice(1, 5).reverse().join('.'), named)
  if (name === domain) return empty
  if (!name.endsWith(`.${domain}`)) return unknown
  const labels = name
    .slice(0, -domain.length - 1)
    .split('.')
    .reverse()
  const [kind, namespace, ...rest] = labels
  if (kind !== 'svc' && kind !== 'pod') return unknown
  if (namespace === undefined) return empty
  if (!named.hasNamespace(namespace)) return unknown
  if (rest.length === 0) return empty
  return kind === 'pod' ? podNamed(rest) : serviceNamed(namespace, rest, named)
}

/** `10-244-1-5`: whatever address it says, as `pods insecure` of kubeadm's CoreDNS. */
function podNamed([name = '', ...rest]: readonly string[]): Found {
  const address = name.replaceAll('-', '.')
  const known =
    /^(\d{1,3}\.){3}\d{1,3}$/.test(address) && address.split('.').every((part) => Number(part) < 256)
  return known && rest.length === 0 ? { kind: 'name', addresses: [address], targets: [] } : unknown
}

/** @param rest the labels before the namespace, the nearest first: `service`, `host.service`, `_port._protocol.service` */
function serviceNamed(
  namespace: string,
  [name = '', second, third, ...more]: readonly string[],
  named: Named,
): Found {
  const service = named.service(namespace, name)
  if (service === undefined || more.length > 0) return unknown
  const { type, clusterIP, externalName } = service.spec ?? {}
  if (type === 'ExternalName')
    return second === undefined && externalName ? { kind: 'alias', host: externalName } : unknown
  const own = `${name}.${namespace}.svc.${domain}`
  const port = third === undefined ? undefined : labelOf(third)
  const protocol = second === undefined ? undefined : labelOf(second)
  // One label more is a host, or, when only asked whether there are names below it, a protocol.
  const host = third === undefined && protocol === undefined ? second : undefined
  if (third !== undefined && (port === undefined || protocol === undefined)) return unknown
  const wanted = (portName: string | undefined, of: string | undefined): boolean =>
    (port === undefined || portName === port) &&
    (protocol === undefined || (of ?? 'TCP').toLowerCase() === protocol)
  const targets =
    clusterIP === 'None' || host !== undefined
      ? endpointTargets(named.slices(namespace, name), own, host, wanted)
      : (service.spec?.ports ?? [])
          .filter((one) => clusterIP && wanted(one.name, one.protocol))
          .map((one) => ({ port: one.port, host: own, address: clusterIP ?? '' }))
  if (targets.length === 0) return unknown
  if (protocol !== undefined && third === undefined) return empty
  const addresses = port === undefined ? [...new Set(targets.map(({ address }) => address))] : []
  return { kind: 'name', addresses, targets: targets.filter((target) => target.port > 0) }
}

/** `_redis` to `redis`. */
const labelOf = (label: string): string | undefined => (label.startsWith('_') ? label.slice(1) : undefined)

function endpointTargets(
  slices: readonly EndpointSlice[],
  service: string,
  host: string | undefined,
  wanted: (port: string | undefined, protocol: string | undefined) => boolean,
): Target[] {
  const found = new Map<string, Target>()
  for (const { addressType, endpoints, ports } of slices) {
    if (addressType !== 'IPv4') continue
    // A Service without ports has endpoints nevertheless.
    const open = ports?.length ? ports.filter((port) => wanted(port.name, port.protocol)) : [{ port: 0 }]
    for (const endpoint of endpoints ?? []) {
      // A slice of a Service that publishes addresses that are not ready says that they are.
      if (endpoint.conditions?.ready === false) continue
      for (const address of endpoint.addresses) {
        const own = hostOf(endpoint, address)
        if (host !== undefined && own !== host) continue
        for (const { port = 0 } of open)
          found.set(`${own} ${address} ${port}`, { port, host: `${own}.${service}`, address })
      }
    }
  }
  return [...found.values()]
}

type Endpoint = EndpointSlice['endpoints'][number]

const hostOf = ({ hostname }: Endpoint, address: string): string =>
  (hostname || address.replaceAll('.', '-')).toLowerCase()

function pointersOf(address: string, named: Named): Found {
  const services = named
    .servicesAt(address)
    .map(({ metadata }) => `${metadata.name}.${metadata.namespace}.svc.${domain}`)
  if (services.length > 0) return { kind: 'pointer', hosts: services }
  const hosts = named.slicesAt(address).flatMap((slice) => {
    const service = slice.metadata.labels?.[serviceNameLabel]
    return (slice.endpoints ?? [])
      .filter(({ addresses, conditions }) => addresses.includes(address) && conditions?.ready !== false)
      .map((endpoint) => `${hostOf(endpoint, address)}.${service}.${slice.metadata.namespace}.svc.${domain}`)
  })
  return hosts.length > 0 ? { kind: 'pointer', hosts: [...new Set(hosts)].sort() } : unknown
}
