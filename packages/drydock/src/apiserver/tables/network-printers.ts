import { type JsonObject, numberAt, objectAt, objectsAt, stringAt, stringsAt } from '../object.ts'
import { ageCell, count, fewOf, labelsCell, nameCell, selectorCell, text } from './cells.ts'
import { column, type Printer, wide } from './table.ts'

const service: Printer = {
  columns: [
    column('Name'),
    column('Type'),
    column('Cluster-IP'),
    column('External-IP'),
    column('Port(s)'),
    column('Age'),
    wide('Selector'),
  ],
  cells: (one, now) => [
    nameCell(one),
    text(one, 'spec', 'type'),
    stringsAt(one, 'spec', 'clusterIPs')[0] ?? (text(one, 'spec', 'clusterIP') || '<none>'),
    externalAddress(one),
    objectsAt(one, 'spec', 'ports').map(servicePort).join(',') || '<none>',
    ageCell(one, now),
    labelsCell(objectAt(one, 'spec', 'selector')),
  ],
}

function externalAddress(one: JsonObject): string {
  const given = stringsAt(one, 'spec', 'externalIPs')
  const balanced = objectsAt(one, 'status', 'loadBalancer', 'ingress').flatMap(
    (ingress) => stringAt(ingress, 'ip') ?? stringAt(ingress, 'hostname') ?? [],
  )
  switch (text(one, 'spec', 'type')) {
    case 'ExternalName':
      return text(one, 'spec', 'externalName')
    case 'LoadBalancer':
      return [...balanced, ...given].join(',') || '<pending>'
    default:
      return given.join(',') || '<none>'
  }
}

function servicePort(port: JsonObject): string {
  const node = numberAt(port, 'nodePort') ?? 0
  return `${text(port, 'port')}${node > 0 ? `:${node}` : ''}/${stringAt(port, 'protocol') ?? 'TCP'}`
}

const endpoints: Printer = {
  columns: [column('Name'), column('Endpoints'), column('Age')],
  cells: (one, now) => [
    nameCell(one),
    fewOf(
      objectsAt(one, 'subsets').flatMap((subset) => {
        const addresses = objectsAt(subset, 'addresses').map((address) => text(address, 'ip'))
        const ports = objectsAt(subset, 'ports').map((port) => text(port, 'port'))
        if (ports.length === 0) return addresses
        return ports.flatMap((port) =>
          addresses.map((ip) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
        )
      }),
    ),
    ageCell(one, now),
  ],
}

const endpointSlice: Printer = {
  columns: [column('Name'), column('AddressType'), column('Ports'), column('Endpoints'), column('Age')],
  cells: (one, now) => [
    nameCell(one),
    text(one, 'addressType'),
    listed(objectsAt(one, 'ports').map((port) => text(port, 'port') || text(port, 'name') || '*')),
    listed(objectsAt(one, 'endpoints').flatMap((endpoint) => stringsAt(endpoint, 'addresses'))),
    ageCell(one, now),
  ],
}

function listed(list: readonly string[]): string {
  return list.length === 0 ? '<unset>' : fewOf(list)
}

const ingress: Printer = {
  columns: ['Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'].map((name) => column(name)),
  cells: (one, now) => [
    nameCell(one),
    stringAt(one, 'spec', 'ingressClassName') ?? '<none>',
    fewOf(objectsAt(one, 'spec', 'rules').flatMap((rule) => stringAt(rule, 'host') || [])).replace(
      '<none>',
      '*',
    ),
    objectsAt(one, 'status', 'loadBalancer', 'ingress')
      .flatMap((at) => stringAt(at, 'ip') ?? stringAt(at, 'hostname') ?? [])
      .join(','),
    objectsAt(one, 'spec', 'tls').length > 0 ? '80, 443' : '80',
    ageCell(one, now),
  ],
}

const networkPolicy: Printer = {
  columns: [column('Name'), column('Pod-Selector'), column('Age')],
  cells: (one, now) => [nameCell(one), selectorCell(one, 'spec', 'podSelector'), ageCell(one, now)],
}

const budget: Printer = {
  columns: [
    column('Name'),
    column('Min Available'),
    column('Max Unavailable'),
    column('Allowed Disruptions', 'integer'),
    column('Age'),
  ],
  cells: (one, now) => [
    nameCell(one),
    text(one, 'spec', 'minAvailable') || 'N/A',
    text(one, 'spec', 'maxUnavailable') || 'N/A',
    count(one, 'status', 'disruptionsAllowed'),
    ageCell(one, now),
  ],
}

const ingressClass: Printer = {
  columns: [column('Name'), column('Controller'), column('Parameters'), column('Age')],
  cells: (one, now) => {
    const parameters = objectAt(one, 'spec', 'parameters')
    const group = stringAt(parameters, 'apiGroup')
    const kind = `${stringAt(parameters, 'kind') ?? ''}${group === undefined ? '' : `.${group}`}`
    return [
      nameCell(one),
      text(one, 'spec', 'controller'),
      parameters === undefined ? '<none>' : `${kind}/${stringAt(parameters, 'name') ?? ''}`,
      ageCell(one, now),
    ]
  },
}

/** How the kinds about reaching pods, and keeping them, are shown, by group and kind. */
export const networkPrinters: Readonly<Record<string, Printer>> = {
  'networking.k8s.io/IngressClass': ingressClass,
  '/Service': service,
  '/Endpoints': endpoints,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'networking.k8s.io/Ingress': ingress,
  'networking.k8s.io/NetworkPolicy': networkPolicy,
  'policy/PodDisruptionBudget': budget,
}
