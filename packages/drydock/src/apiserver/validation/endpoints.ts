import { isIP, isIPv4, isIPv6 } from 'node:net'
import { type ApiObject, type JsonObject, objectAt, objectsAt, stringAt, stringsAt } from '../object.ts'
import { duplicate, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { ipAddress, specialAddress } from './addresses.ts'
import { dnsLabel, dnsSubdomain } from './names.ts'
import { oneOf } from './one-of.ts'
import { validatePort } from './ports.ts'

const protocols = ['SCTP', 'TCP', 'UDP']

/** `ValidateEndpoints` of pkg/apis/core/validation. */
export function validateEndpoints(object: ApiObject): Cause[] {
  return objectsAt(object, 'subsets').flatMap((subset, index) => {
    const at = `subsets[${index}]`
    const lists = ['addresses', 'notReadyAddresses']
    const ports = objectsAt(subset, 'ports')
    const none = lists.every((list) => objectsAt(subset, list).length === 0)
    return [
      ...(none ? [required(at, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...lists.flatMap((list) =>
        objectsAt(subset, list).flatMap((address, place) =>
          validateAddress(address, `${at}.${list}[${place}]`),
        ),
      ),
      ...ports.flatMap((port, place) =>
        validateEndpointPort(port, ports.length > 1, `${at}.ports[${place}]`),
      ),
    ]
  })
}

function validateAddress(address: JsonObject, at: string): Cause[] {
  const ip = stringAt(address, 'ip') ?? ''
  const field = `${at}.ip`
  // What is no address is told of twice.
  const wrong =
    isIP(ip) === 0 ? [invalid(field, ip, 'must be a valid IP address')] : specialAddress(ip, field)
  const hostname = stringAt(address, 'hostname') ?? ''
  return [
    ...ipAddress(ip, field),
    ...(hostname === '' ? [] : dnsLabel(hostname).map((why) => invalid(`${at}.hostname`, hostname, why))),
    ...wrong,
  ]
}

function validateEndpointPort(port: JsonObject, named: boolean, at: string): Cause[] {
  const name = stringAt(port, 'name') ?? ''
  return [
    ...(name === ''
      ? named
        ? [required(`${at}.name`)]
        : []
      : dnsLabel(name).map((why) => invalid(`${at}.name`, name, why))),
    ...validatePort(port.port ?? 0, `${at}.port`),
    ...oneOf(port.protocol, protocols, `${at}.protocol`),
  ]
}

/** `ValidateEndpointSlice` of pkg/apis/discovery/validation. */
export function validateEndpointSlice(object: ApiObject): Cause[] {
  const type = String(object.addressType ?? '')
  const names = new Set<string>()
  return [
    ...oneOf(type, ['FQDN', 'IPv4', 'IPv6'], 'addressType'),
    ...objectsAt(object, 'endpoints').flatMap((endpoint, index) =>
      validateEndpoint(endpoint, type, `endpoints[${index}]`),
    ),
    ...objectsAt(object, 'ports').flatMap((port, index) => {
      const name = stringAt(port, 'name') ?? ''
      const at = `ports[${index}]`
      const causes = name === '' ? [] : dnsLabel(name).map((why) => invalid(`${at}.name`, name, why))
      if (names.has(name)) causes.push(duplicate(`${at}.name`, name))
      names.add(name)
      return [...causes, ...oneOf(port.protocol, protocols, `${at}.protocol`)]
    }),
  ]
}

function validateEndpoint(endpoint: JsonObject, type: string, at: string): Cause[] {
  const addresses = stringsAt(endpoint, 'addresses')
  const hostname = stringAt(endpoint, 'hostname') ?? ''
  return [
    ...(addresses.length === 0 ? [required(`${at}.addresses`, 'must contain at least 1 address')] : []),
    ...addresses.flatMap((address, index) => validateSliceAddress(address, type, `${at}.addresses`, index)),
    ...(hostname === '' ? [] : dnsLabel(hostname).map((why) => invalid(`${at}.hostname`, hostname, why))),
    ...validateHints(endpoint, at),
  ]
}

function validateHints(endpoint: JsonObject, at: string): Cause[] {
  return objectsAt(objectAt(endpoint, 'hints'), 'forZones').flatMap((zone, index) =>
    stringAt(zone, 'name') ? [] : [required(`${at}.hints.forZones[${index}].name`)],
  )
}

function validateSliceAddress(address: string, type: string, list: string, index: number): Cause[] {
  const field = `${list}[${index}]`
  if (type === 'FQDN') return dnsSubdomain(address).map((why) => invalid(field, address, why))
  const malformed = ipAddress(address, field)
  if (malformed.length > 0) return malformed
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address)
  return [
    ...(fits ? [] : [invalid(list, address, `must be an ${type} address`)]),
    ...specialAddress(address, field),
  ]
}

export function validateEndpointSliceUpdate(object: ApiObject, old: ApiObject): Cause[] {
  return object.addressType === old.addressType
    ? []
    : [invalid('addressType', object.addressType, 'field is immutable')]
}
