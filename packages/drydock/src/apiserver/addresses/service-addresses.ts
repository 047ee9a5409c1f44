import type { Api } from '../api.ts'
import { hasAddress, hasNodePorts } from '../defaults/service.ts'
import {
  type ApiObject,
  ensureObject,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
} from '../object.ts'
import { invalid as invalidValue } from '../schema/field-error.ts'
import { invalid } from '../status.ts'
import { validateAddresses } from '../validation/service.ts'
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
  assignNodePorts(object, api)
}

function assignClusterIp(object: ApiObject, old: ApiObject | undefined, api: Api): void {
  const spec = ensureObject(object, 'spec')
  if (!hasAddress(spec.type)) {
    delete spec.clusterIP
    return
  }
  const wrong = validateAddresses(spec)
  if (wrong.length > 0) throw invalid(services, object.metadata.name, wrong)
  checkFamilies(object, old)
  // A client that leaves the address out does not mean to give it up.
  const kept = hasAddress(stringAt(old, 'spec', 'type')) ? stringAt(old, 'spec', 'clusterIP') : undefined
  const asked = stringAt(spec, 'clusterIP') || kept
  const address = asked || nextAddress(api)
  if (asked && asked !== kept && asked !== 'None') checkAddress(object, asked, api)
  spec.clusterIP = address
  spec.clusterIPs = [address]
}

/**
 * There is IPv4 alone. A headless Service without selector may still speak of both: nobody gives addresses to what it
 * leads to. `initIPFamilyFields` of pkg/registry/core/service/storage.
 */
function checkFamilies(object: ApiObject, old: ApiObject | undefined): void {
  const spec = ensureObject(object, 'spec')
  const free = spec.clusterIP === 'None' && Object.keys(objectAt(spec, 'selector') ?? {}).length === 0
  spec.ipFamilyPolicy ??=
    stringAt(old, 'spec', 'ipFamilyPolicy') ?? (free ? 'RequireDualStack' : 'SingleStack')
  const families = stringsAt(spec, 'ipFamilies')
  if (families.length === 0) families.push('IPv4')
  spec.ipFamilies = families
  if (free) {
    if (spec.ipFamilyPolicy !== 'SingleStack' && families.length < 2)
      families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4')
    return
  }
  const causes =
    spec.ipFamilyPolicy === 'RequireDualStack'
      ? [
          invalidValue(
            'spec.ipFamilyPolicy',
            'RequireDualStack',
            'this cluster is not configured for dual-stack services',
          ),
        ]
      : []
  for (const [index, family] of families.entries()) {
    if (family !== 'IPv4')
      causes.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'))
  }
  if (causes.length > 0) throw invalid(services, object.metadata.name, causes)
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

/** The address that a server gave out last; lost when it ends, and then the highest in use stands for it. */
const newest = new WeakMap<Api, number>()

/** The one after the last given out: an address that was freed a moment ago is given to somebody else only after all others. */
function nextAddress(api: Api): string {
  const { first, last } = parseRange(api.serviceRange)
  const start = last - first > 4 * reserved ? first + reserved - 1 : first + 15
  const inUse = others(api).map((service) => parseAddress(stringAt(service, 'spec', 'clusterIP') ?? ''))
  const taken = new Set(inUse)
  const from = newest.get(api) ?? inUse.reduce<number>((highest, one) => Math.max(highest, one ?? 0), start)
  for (const address of roundFrom(from + 1, start, last)) {
    if (taken.has(address)) continue
    newest.set(api, address)
    return formatAddress(address)
  }
  throw invalid(services, '', [
    invalidValue('spec.clusterIPs', [], `failed to allocate a serviceIP: range is full`),
  ])
}

/** Every number of a range, from `start` to its end and then those before. */
function* roundFrom(start: number, first: number, last: number): Generator<number> {
  for (let number = start; number <= last; number += 1) yield number
  for (let number = first; number < start; number += 1) yield number
}

function assignNodePorts(object: ApiObject, api: Api): void {
  const ports = objectsAt(object, 'spec', 'ports')
  if (!hasNodePorts(object)) return
  const taken = new Set(
    others(api, object.metadata.uid).flatMap((service) =>
      objectsAt(service, 'spec', 'ports').map((port) => `${port.protocol}/${port.nodePort}`),
    ),
  )
  for (const [index, port] of ports.entries()) {
    const asked = numberAt(port, 'nodePort')
    if (asked) checkNodePort(object, index, asked, taken.has(`${port.protocol}/${asked}`))
    port.nodePort = asked || freeNodePort(String(port.protocol), taken)
    taken.add(`${port.protocol}/${port.nodePort}`)
  }
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

/** Ports below this many are left to those who ask for one, as long as there are others: KEP-3668 for the usual range. */
const reservedPorts = 86

function freeNodePort(protocol: string, taken: ReadonlySet<string>): number {
  for (const port of roundFrom(firstNodePort + reservedPorts, firstNodePort, lastNodePort)) {
    if (!taken.has(`${protocol}/${port}`)) return port
  }
  throw invalid(services, '', [
    invalidValue('spec.ports', [], 'failed to allocate a nodePort: range is full'),
  ])
}
