import {
  type ApiObject,
  ensureObject,
  objectsAt,
  sameJson,
  setDefault,
  stringAt,
  stringsAt,
} from '../object.ts'

/** Types of Service that get an address of the cluster. */
export function hasAddress(type: unknown): boolean {
  return type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer'
}

export function hasNodePorts(object: ApiObject): boolean {
  const spec = ensureObject(object, 'spec')
  return (
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  )
}

/** Whether a Service can be reached from outside of the cluster, so that it matters how that traffic goes. */
export function isExternal(object: ApiObject): boolean {
  const spec = ensureObject(object, 'spec')
  if (spec.type === 'ClusterIP') return stringsAt(spec, 'externalIPs').length > 0
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer'
}

/** k8s.io/kubernetes pkg/apis/core/v1/defaults.go `SetDefaults_Service`. */
export function defaultService(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'sessionAffinity', 'None')
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP') {
    const client = ensureObject(ensureObject(spec, 'sessionAffinityConfig'), 'clientIP')
    setDefault(client, 'timeoutSeconds', 10_800)
  }
  setDefault(spec, 'type', 'ClusterIP')
  for (const port of objectsAt(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
      port.targetPort = port.port ?? 0
  }
  if (isExternal(object)) setDefault(spec, 'externalTrafficPolicy', 'Cluster')
  if (hasAddress(spec.type)) setDefault(spec, 'internalTrafficPolicy', 'Cluster')
  if (spec.type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
}

/** Who names one address means both fields. */
export function pairAddresses(object: ApiObject, old?: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  const address = stringAt(spec, 'clusterIP') ?? ''
  const before = stringAt(old, 'spec', 'clusterIP') ?? ''
  const untouched = sameJson(stringsAt(spec, 'clusterIPs'), stringsAt(old, 'spec', 'clusterIPs'))
  if (!untouched || address === before) return
  if (address === '') delete spec.clusterIPs
  else spec.clusterIPs = [address]
}

const addresses = ['clusterIP', 'clusterIPs'] as const

/**
 * A client that leaves out what the server had given does not mean to give it up; what a new type has no use for goes,
 * as long as the client did not change it. `patchAllocatedValues` and `dropTypeDependentFields` of pkg/registry/core/service.
 */
export function prepareServiceUpdate(object: ApiObject, old: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  const oldSpec = ensureObject(old, 'spec')
  const had = hasAddress(oldSpec.type)
  const has = hasAddress(spec.type)
  if (had && has && !spec.clusterIP && !spec.clusterIPs) {
    for (const field of addresses)
      if (oldSpec[field] !== undefined) spec[field] = structuredClone(oldSpec[field])
  }
  if (hasNodePorts(old) && hasNodePorts(object)) keepNodePorts(object, old)
  pairAddresses(object, old)
  const drop = (...fields: string[]): void => {
    if (fields.every((field) => sameJson(spec[field], oldSpec[field])))
      for (const field of fields) delete spec[field]
  }
  if (had && !has) {
    drop(...addresses)
    drop('ipFamilies')
    drop('ipFamilyPolicy')
    drop('internalTrafficPolicy')
  }
  const numbers = (one: ApiObject) => objectsAt(one, 'spec', 'ports').map((port) => port.nodePort)
  if (hasNodePorts(old) && !hasNodePorts(object) && sameJson(numbers(object), numbers(old))) {
    for (const port of objectsAt(spec, 'ports')) delete port.nodePort
  }
  if (oldSpec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts')
    drop('loadBalancerClass')
  }
  if (isExternal(old) && !isExternal(object)) drop('externalTrafficPolicy')
  if (needsHealthPort(old) && !needsHealthPort(object)) drop('healthCheckNodePort')
}

export function needsHealthPort(object: ApiObject): boolean {
  const spec = ensureObject(object, 'spec')
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
}

function keepNodePorts(object: ApiObject, old: ApiObject): void {
  for (const port of objectsAt(object, 'spec', 'ports')) {
    const before = objectsAt(old, 'spec', 'ports').find(
      (one) => one.port === port.port && one.protocol === port.protocol,
    )
    if (!port.nodePort && before?.nodePort !== undefined) port.nodePort = before.nodePort
  }
}
