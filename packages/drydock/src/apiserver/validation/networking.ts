import { isIPv4, isIPv6 } from 'node:net'
import {
  type ApiObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
} from '../object.ts'
import { forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { ipRange, parseRange } from './addresses.ts'
import { oneOf } from './one-of.ts'
import { portNameOrNumber } from './ports.ts'
import { validateSelector } from './selector.ts'

/** `ValidateNetworkPolicySpec` of pkg/apis/networking/validation. */
export function validateNetworkPolicy(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const types = stringsAt(spec, 'policyTypes')
  return [
    ...validateSelector(objectAt(spec, 'podSelector') ?? {}, 'spec.podSelector'),
    ...objectsAt(spec, 'ingress').flatMap((rule, index) =>
      validateRule(rule, 'from', `spec.ingress[${index}]`),
    ),
    ...objectsAt(spec, 'egress').flatMap((rule, index) => validateRule(rule, 'to', `spec.egress[${index}]`)),
    ...(types.length > 2
      ? [invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')]
      : types.flatMap((type, index) => oneOf(type, ['Ingress', 'Egress'], `spec.policyTypes[${index}]`))),
  ]
}

function validateRule(rule: JsonObject, peers: string, at: string): Cause[] {
  return [
    ...objectsAt(rule, 'ports').flatMap((port, index) => validatePolicyPort(port, `${at}.ports[${index}]`)),
    ...objectsAt(rule, peers).flatMap((peer, index) => validatePeer(peer, `${at}.${peers}[${index}]`)),
  ]
}

function validatePolicyPort(port: JsonObject, at: string): Cause[] {
  const protocols = ['TCP', 'UDP', 'SCTP']
  const causes =
    port.protocol === undefined || protocols.includes(String(port.protocol))
      ? []
      : [notSupported(`${at}.protocol`, port.protocol, protocols)]
  const end = numberAt(port, 'endPort')
  const field = `${at}.endPort`
  if (port.port === undefined) {
    const why = 'may not be specified when `port` is not specified'
    return end === undefined ? causes : [...causes, invalid(field, end, why)]
  }
  causes.push(...portNameOrNumber(port.port, `${at}.port`))
  if (end === undefined) return causes
  if (typeof port.port === 'string')
    return [...causes, invalid(field, end, 'may not be specified when `port` is non-numeric')]
  if (end < Number(port.port)) {
    // A real server shows the port it begins with.
    return [...causes, invalid(field, port.port, 'must be greater than or equal to `port`')]
  }
  return end > 65_535 ? [...causes, invalid(field, end, 'must be between 1 and 65535, inclusive')] : causes
}

function validatePeer(peer: JsonObject, at: string): Cause[] {
  const selectors = ['podSelector', 'namespaceSelector'].filter((field) => peer[field] !== undefined)
  const block = objectAt(peer, 'ipBlock')
  return [
    ...selectors.flatMap((field) => validateSelector(objectAt(peer, field) ?? {}, `${at}.${field}`)),
    ...(block === undefined ? [] : validateBlock(block, `${at}.ipBlock`)),
    ...(selectors.length === 0 && block === undefined ? [required(at, 'must specify a peer')] : []),
    ...(selectors.length > 0 && block !== undefined
      ? [forbidden(at, 'may not specify both ipBlock and another peer')]
      : []),
  ]
}

function validateBlock(block: JsonObject, at: string): Cause[] {
  const range = stringAt(block, 'cidr') ?? ''
  const field = `${at}.cidr`
  if (range === '') return [required(field)]
  const wrong = ipRange(range, field)
  if (wrong.length > 0) return wrong
  return stringsAt(block, 'except').flatMap((inner, index) => {
    const place = `${at}.except[${index}]`
    const malformed = ipRange(inner, place)
    if (malformed.length > 0 || isInside(inner, range)) return malformed
    return [invalid(place, inner, 'must be a strict subset of `cidr`')]
  })
}

function isInside(inner: string, outer: string): boolean {
  const [a, b] = [parseRange(inner), parseRange(outer)]
  if (a === undefined || b === undefined || a.bits <= b.bits) return false
  if (isIPv6(a.address) || isIPv6(b.address)) return isIPv6(a.address) && isIPv6(b.address)
  const prefix = (address: string): number => {
    const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    return Math.floor(number / 2 ** (32 - b.bits))
  }
  return isIPv4(a.address) && prefix(a.address) === prefix(b.address)
}

/** `ValidateIngressSpec` of pkg/apis/networking/validation. */
export function validateIngress(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const rules = objectsAt(spec, 'rules')
  const backend = objectAt(spec, 'defaultBackend')
  if (rules.length === 0 && backend === undefined) {
    // The rules are what is shown.
    const shown = spec.rules ?? null
    return [invalid('spec', shown, 'either `defaultBackend` or `rules` must be specified')]
  }
  return [
    ...(backend === undefined ? [] : validateBackend(backend, 'spec.defaultBackend')),
    ...rules.flatMap((rule, index) => validateIngressRule(rule, `spec.rules[${index}]`)),
  ]
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const wildcard = String.raw`\*\.${label}(\.${label})*`
const domain = String.raw`${label}(\.${label})*`

function validateIngressRule(rule: JsonObject, at: string): Cause[] {
  const host = stringAt(rule, 'host') ?? ''
  const pattern = host.includes('*') ? wildcard : domain
  const text = host.includes('*')
    ? `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '${pattern}')`
    : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${pattern}')`
  return [
    ...(host === '' || new RegExp(`^${pattern}$`).test(host) ? [] : [invalid(`${at}.host`, host, text)]),
    ...objectsAt(rule, 'http', 'paths').flatMap((path, index) =>
      validateIngressPath(path, `${at}.http.paths[${index}]`),
    ),
  ]
}

function validateIngressPath(path: JsonObject, at: string): Cause[] {
  const text = stringAt(path, 'path') ?? ''
  const types = ['Exact', 'ImplementationSpecific', 'Prefix']
  const exact = path.pathType === 'Exact' || path.pathType === 'Prefix'
  const type =
    path.pathType === undefined
      ? [required(`${at}.pathType`, 'pathType must be specified')]
      : oneOf(path.pathType, types, `${at}.pathType`)
  const relative = !text.startsWith('/') && (exact || (text !== '' && path.pathType !== undefined))
  return [
    ...(relative ? [invalid(`${at}.path`, text, 'must be an absolute path')] : []),
    ...type,
    ...(path.pathType === undefined ? [] : validateBackend(objectAt(path, 'backend') ?? {}, `${at}.backend`)),
  ]
}

function validateBackend(backend: JsonObject, at: string): Cause[] {
  const service = objectAt(backend, 'service')
  if (service === undefined) {
    return backend.resource === undefined
      ? [required(at, 'either `service` or `resource` must be specified')]
      : []
  }
  const port = objectAt(service, 'port') ?? {}
  return [
    ...(stringAt(service, 'name') ? [] : [required(`${at}.service.name`)]),
    ...(port.name === undefined && port.number === undefined
      ? [required(`${at}.service.port`, 'port name or number is required')]
      : []),
    ...(port.number === undefined ? [] : portNameOrNumber(port.number, `${at}.service.port.number`)),
  ]
}
