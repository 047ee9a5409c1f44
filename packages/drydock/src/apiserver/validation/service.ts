import { hasNodePorts } from '../defaults/service.ts'
import { type ApiObject, objectAt, objectsAt, stringAt } from '../object.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { dnsLabel, dnsSubdomain } from './names.ts'
import { portName, validatePort } from './ports.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

export function validateService(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const type = stringAt(spec, 'type') ?? ''
  const headless = spec.clusterIP === 'None'
  const ports = objectsAt(spec, 'ports')
  const causes: Cause[] = []
  if (!types.includes(type)) causes.push(notSupported('spec.type', type, types))
  if (type === 'ExternalName') causes.push(...validateExternalName(stringAt(spec, 'externalName') ?? ''))
  if (ports.length === 0 && !headless && type !== 'ExternalName') causes.push(required('spec.ports'))
  if (headless && (type === 'NodePort' || type === 'LoadBalancer')) {
    causes.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`))
  }
  const names = new Set<string>()
  const used = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    const name = stringAt(port, 'name') ?? ''
    if (name === '' && ports.length > 1) causes.push(required(`${at}.name`))
    for (const why of name === '' ? [] : dnsLabel(name)) causes.push(invalid(`${at}.name`, name, why))
    if (name !== '' && names.has(name)) causes.push(duplicate(`${at}.name`, name))
    names.add(name)
    causes.push(...validatePort(port.port, `${at}.port`))
    if (!['SCTP', 'TCP', 'UDP'].includes(String(port.protocol))) {
      causes.push(notSupported(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']))
    }
    const target = port.targetPort
    if (typeof target === 'string')
      for (const why of portName(target)) causes.push(invalid(`${at}.targetPort`, target, why))
    else causes.push(...validatePort(target, `${at}.targetPort`))
    if (port.nodePort && !hasNodePorts(object) && type !== 'LoadBalancer') {
      causes.push(forbidden(`${at}.nodePort`, `may not be used when \`type\` is '${type}'`))
    }
    const key = `${port.protocol}/${port.port}`
    if (used.has(key)) causes.push(duplicate(at, { protocol: port.protocol, port: port.port }))
    used.add(key)
  }
  const affinity = stringAt(spec, 'sessionAffinity') ?? ''
  if (affinity !== 'None' && affinity !== 'ClientIP') {
    causes.push(notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None']))
  }
  return causes
}

function validateExternalName(name: string): Cause[] {
  if (name === '') return [required('spec.externalName')]
  return dnsSubdomain(name.replace(/\.$/, '')).map((why) => invalid('spec.externalName', name, why))
}

/** An address once given stays, as long as the type has one. */
export function validateServiceUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const before = stringAt(old, 'spec', 'clusterIP')
  const after = stringAt(object, 'spec', 'clusterIP')
  if (!before || !after || before === after) return []
  if (stringAt(old, 'spec', 'type') === 'ExternalName' || stringAt(object, 'spec', 'type') === 'ExternalName')
    return []
  return [invalid('spec.clusterIPs[0]', [after], 'may not change once set')]
}
