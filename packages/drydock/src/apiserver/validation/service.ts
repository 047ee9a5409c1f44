import { isExternal, needsHealthPort } from '../defaults/service.ts'
import {
  type ApiObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
} from '../object.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { endpointAddress, ipAddress } from './addresses.ts'
import { validateLabels } from './metadata.ts'
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts'
import { oneOf } from './one-of.ts'
import { portNameOrNumber, validatePort } from './ports.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const families = ['IPv4', 'IPv6']
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const nearOrFar = ['Cluster', 'Local']

/** `validateService` of k8s.io/kubernetes pkg/apis/core/validation, in its order. */
export function validateService(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const type = stringAt(spec, 'type') ?? ''
  const headless = spec.clusterIP === 'None'
  const ports = objectsAt(spec, 'ports')
  const names = new Set<string>()
  return [
    ...(ports.length === 0 && !headless && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...(headless && (type === 'NodePort' || type === 'LoadBalancer')
      ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : []),
    ...(type === 'ExternalName' ? validateExternalName(spec) : []),
    ...ports.flatMap((port, index) =>
      validateServicePort(port, ports.length > 1, names, `spec.ports[${index}]`),
    ),
    ...validateLabels(objectAt(spec, 'selector') ?? {}, 'spec.selector'),
    ...validateAffinity(spec),
    ...(type === 'ExternalName' ? [] : validateAddresses(spec)),
    ...stringsAt(spec, 'externalIPs').flatMap((ip, index) =>
      endpointAddress(ip, `spec.externalIPs[${index}]`),
    ),
    ...oneOf(type, types, 'spec.type'),
    ...validatePortSet(ports, type),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer'
      ? [forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")]
      : []),
    ...validateLoadBalancerClass(spec),
    ...validateTraffic(object, spec),
  ]
}

function validateExternalName(spec: JsonObject): Cause[] {
  const name = (stringAt(spec, 'externalName') ?? '').replace(/\.$/, '')
  const why = 'may not be set for ExternalName services'
  return [
    ...['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']
      .filter((field) => spec[field] !== undefined)
      .map((field) => forbidden(`spec.${field}`, why)),
    ...(name === ''
      ? [required('spec.externalName')]
      : dnsSubdomain(name).map((text) => invalid('spec.externalName', name, text))),
  ]
}

function validateServicePort(port: JsonObject, named: boolean, names: Set<string>, at: string): Cause[] {
  const name = stringAt(port, 'name') ?? ''
  const causes = name === '' && named ? [required(`${at}.name`)] : []
  if (name !== '') {
    causes.push(...dnsLabel(name).map((why) => invalid(`${at}.name`, name, why)))
    if (names.has(name)) causes.push(duplicate(`${at}.name`, name))
    names.add(name)
  }
  const application = stringAt(port, 'appProtocol') ?? ''
  return [
    ...causes,
    ...validatePort(port.port ?? 0, `${at}.port`),
    ...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`),
    ...portNameOrNumber(port.targetPort, `${at}.targetPort`),
    ...(application === ''
      ? []
      : qualifiedName(application).map((why) => invalid(`${at}.appProtocol`, application, why))),
  ]
}

function validateAffinity(spec: JsonObject): Cause[] {
  const affinity = stringAt(spec, 'sessionAffinity') ?? ''
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds'
  const seconds = numberAt(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds') ?? 0
  const wrong = affinity === 'ClientIP' && (seconds <= 0 || seconds > 86_400)
  return [
    ...oneOf(affinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...(wrong ? [invalid(field, seconds, 'must be greater than 0 and less than 86400')] : []),
  ]
}

/** What is wrong with the addresses themselves. */
export function validateAddresses(spec: JsonObject): Cause[] {
  const address = stringAt(spec, 'clusterIP') ?? ''
  const all = stringsAt(spec, 'clusterIPs')
  const why =
    address === ''
      ? all.length > 0 && 'must be empty when `clusterIP` is not specified'
      : all[0] !== address && 'first value must match `clusterIP`'
  const wanted = stringsAt(spec, 'ipFamilies')
  return [
    ...(why === false ? [] : [invalid('spec.clusterIPs', all, why)]),
    ...wanted.flatMap((family, index) => [
      ...(families.includes(family) ? [] : [notSupported(`spec.ipFamilies[${index}]`, family, families)]),
      ...(wanted.indexOf(family) < index ? [duplicate(`spec.ipFamilies[${index}]`, family)] : []),
    ]),
    ...(spec.ipFamilyPolicy === undefined ? [] : oneOf(spec.ipFamilyPolicy, policies, 'spec.ipFamilyPolicy')),
    ...all.flatMap((ip, index) =>
      index === 0 && ip === 'None' ? [] : ipAddress(ip, `spec.clusterIPs[${index}]`),
    ),
  ]
}

function validatePortSet(ports: readonly JsonObject[], type: string): Cause[] {
  const causes: Cause[] = []
  if (type === 'ClusterIP') {
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort) continue
      causes.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
    }
  }
  const taken = new Set<string>()
  for (const [index, { protocol, nodePort }] of ports.entries()) {
    const key = `${protocol}/${nodePort}`
    if (nodePort && taken.has(key)) causes.push(duplicate(`spec.ports[${index}].nodePort`, nodePort))
    taken.add(key)
  }
  const used = new Set<string>()
  for (const [index, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`
    if (used.has(key)) causes.push(duplicate(`spec.ports[${index}]`, bare(protocol, port)))
    used.add(key)
  }
  return causes
}

/** The key that a real server looks ports up by, which it prints as its program holds it. */
function bare(protocol: unknown, port: unknown): JsonObject {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }
}

function validateLoadBalancerClass(spec: JsonObject): Cause[] {
  const name = stringAt(spec, 'loadBalancerClass')
  const field = 'spec.loadBalancerClass'
  if (name === undefined) return []
  if (spec.type !== 'LoadBalancer')
    return [forbidden(field, "may only be used when `type` is 'LoadBalancer'")]
  return qualifiedName(name).map((why) => invalid(field, name, why))
}

function validateTraffic(object: ApiObject, spec: JsonObject): Cause[] {
  const field = 'spec.externalTrafficPolicy'
  const healthPort = numberAt(spec, 'healthCheckNodePort') ?? 0
  const rule = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
  return [
    ...(isExternal(object)
      ? oneOf(spec.externalTrafficPolicy, nearOrFar, field)
      : spec.externalTrafficPolicy
        ? [invalid(field, spec.externalTrafficPolicy, 'may only be set for externally-accessible services')]
        : []),
    ...(healthPort !== 0 && !needsHealthPort(object)
      ? [invalid('spec.healthCheckNodePort', healthPort, rule)]
      : []),
    ...(spec.internalTrafficPolicy === undefined
      ? []
      : oneOf(spec.internalTrafficPolicy, nearOrFar, 'spec.internalTrafficPolicy')),
  ]
}

/** An address once given stays, as long as the type has one. */
export function validateServiceUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const before = stringAt(old, 'spec', 'clusterIP')
  const after = stringAt(object, 'spec', 'clusterIP')
  if (!before || before === after) return []
  if (stringAt(old, 'spec', 'type') === 'ExternalName' || stringAt(object, 'spec', 'type') === 'ExternalName')
    return []
  return [invalid('spec.clusterIPs[0]', after ? [after] : [], 'may not change once set')]
}
