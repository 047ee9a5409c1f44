import type { Api } from '../api.ts'
import { hasAddress, hasNodePorts } from '../defaults/service.ts'
import { type ApiObject, ensureObject, numberAt, objectsAt, stringAt } from '../object.ts'
import { invalid as invalidValue } from '../schema/field-error.ts'
import { invalid } from '../status.ts'
import { formatAddress, parseAddress, parseRange } from './range.ts'

const services = { group: '', plural: 'services', kind: 'Service' }
const firstNodePort = 30_000
const lastNodePort = 32_767

/**
 * Gives a Service its address and node ports, and takes them from one whose type no longer has any. What is taken is
 * what the stored Services hold: there is no second book to keep. Throws Invalid for a value taken or out of range.
 */
export function assignAddresses(object: ApiObject, old: ApiObject | undefined, api: Api): void {
  assignClusterIp(object, old, api)
  assignNodePorts(object, old, api)
}

function assignClusterIp(object: ApiObject, old: ApiObject | undefined, api: Api): void {
  const spec = ensureObject(object, 'spec')
  if (!hasAddress(spec.type)) {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'])
      delete spec[field]
    return
  }
  // A client that leaves the address out does not mean to give it up.
  const kept = hasAddress(stringAt(old, 'spec', 'type')) ? stringAt(old, 'spec', 'clusterIP') : undefined
  const asked = stringAt(spec, 'clusterIP') || kept
  const address = asked || nextAddress(api)
  if (asked && asked !== kept && asked !== 'None') checkAddress(object, asked, api)
  spec.clusterIP = address
  spec.clusterIPs = [address]
  spec.ipFamilies = ['IPv4']
  spec.ipFamilyPolicy = 'SingleStack'
}

function others(api: Api, uid?: string): ApiObject[] {
  return api.storage
    .list('/services')
    .map((record) => record.object)
    .filter((service) => service.metadata.uid !== uid)
}

function checkAddress(object: ApiObject, asked: string, api: Api): void {
  const { first, last } = parseRange(api.serviceRange)
  const number = parseAddress(asked)
  const refuse = (why: string) =>
    invalid(services, object.metadata.name, [invalidValue('spec.clusterIPs', [asked], why)])
  if (number === undefined || number < first || number > last) {
    throw refuse(
      `failed to allocate IP ${asked}: the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${api.serviceRange}`,
    )
  }
  if (others(api, object.metadata.uid).some((service) => stringAt(service, 'spec', 'clusterIP') === asked)) {
    throw refuse(`failed to allocate IP ${asked}: provided IP is already allocated`)
  }
}

/** Addresses below this many are left to those who ask for one by name, as a real server's lower band is. */
const reserved = 256

/** The one after the highest given out: an address that was freed a moment ago is not given to somebody else at once. */
function nextAddress(api: Api): string {
  const { first, last } = parseRange(api.serviceRange)
  const start = last - first > 4 * reserved ? first + reserved - 1 : first + 15
  const taken = new Set(
    others(api).map((service) => parseAddress(stringAt(service, 'spec', 'clusterIP') ?? '')),
  )
  const newest = others(api).reduce(
    (highest, service) => Math.max(highest, parseAddress(stringAt(service, 'spec', 'clusterIP') ?? '') ?? 0),
    start,
  )
  for (const [from, to] of [
    [newest + 1, last],
    [start, newest],
  ] as const) {
    for (let address = from; address <= to; address += 1)
      if (!taken.has(address)) return formatAddress(address)
  }
  throw invalid(services, '', [
    invalidValue('spec.clusterIPs', [], `failed to allocate a serviceIP: range is full`),
  ])
}

function assignNodePorts(object: ApiObject, old: ApiObject | undefined, api: Api): void {
  const ports = objectsAt(object, 'spec', 'ports')
  if (!hasNodePorts(object)) {
    // Only what the server had assigned goes silently; what the client asks for on such a type is refused by validation.
    const before = new Set(objectsAt(old, 'spec', 'ports').map((port) => port.nodePort))
    for (const port of ports) if (before.has(port.nodePort)) delete port.nodePort
    return
  }
  const taken = new Set(
    others(api, object.metadata.uid).flatMap((service) =>
      objectsAt(service, 'spec', 'ports').map((port) => `${port.protocol}/${port.nodePort}`),
    ),
  )
  for (const [index, port] of ports.entries()) {
    const asked = numberAt(port, 'nodePort') || previousNodePort(port.port, port.protocol, old)
    if (asked) checkNodePort(object, index, asked, taken.has(`${port.protocol}/${asked}`))
    port.nodePort = asked || freeNodePort(String(port.protocol), taken)
    taken.add(`${port.protocol}/${port.nodePort}`)
  }
}

function previousNodePort(port: unknown, protocol: unknown, old: ApiObject | undefined): number | undefined {
  const before = objectsAt(old, 'spec', 'ports').find((one) => one.port === port && one.protocol === protocol)
  return numberAt(before, 'nodePort')
}

function checkNodePort(object: ApiObject, index: number, asked: number, isTaken: boolean): void {
  const field = `spec.ports[${index}].nodePort`
  const refuse = (why: string) => invalid(services, object.metadata.name, [invalidValue(field, asked, why)])
  if (asked < firstNodePort || asked > lastNodePort) {
    throw refuse(
      `provided port is not in the valid range. The range of valid ports is ${firstNodePort}-${lastNodePort}`,
    )
  }
  if (isTaken) throw refuse('provided port is already allocated')
}

function freeNodePort(protocol: string, taken: ReadonlySet<string>): number {
  for (let port = firstNodePort; port <= lastNodePort; port += 1) {
    if (!taken.has(`${protocol}/${port}`)) return port
  }
  throw invalid(services, '', [
    invalidValue('spec.ports', [], 'failed to allocate a nodePort: range is full'),
  ])
}
