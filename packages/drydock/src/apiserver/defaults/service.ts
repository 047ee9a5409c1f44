import { type ApiObject, ensureObject, objectsAt, setDefault } from '../object.ts'

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

/** k8s.io/kubernetes pkg/apis/core/v1/defaults.go `SetDefaults_Service`. */
export function defaultService(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'sessionAffinity', 'None')
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  else
    setDefault(
      ensureObject(ensureObject(spec, 'sessionAffinityConfig'), 'clientIP'),
      'timeoutSeconds',
      10_800,
    )
  setDefault(spec, 'type', 'ClusterIP')
  for (const port of objectsAt(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
      port.targetPort = port.port
  }
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  if (external) setDefault(spec, 'externalTrafficPolicy', 'Cluster')
  else delete spec.externalTrafficPolicy
  if (hasAddress(spec.type)) setDefault(spec, 'internalTrafficPolicy', 'Cluster')
  if (spec.type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
  else delete spec.allocateLoadBalancerNodePorts
}
