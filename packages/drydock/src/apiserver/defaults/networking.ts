import { type ApiObject, ensureObject, objectsAt, setDefault } from '../object.ts'

export function defaultNetworkPolicy(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'policyTypes', objectsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'])
  for (const rule of [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')]) {
    for (const port of objectsAt(rule, 'ports')) setDefault(port, 'protocol', 'TCP')
  }
}

export function defaultEndpointSlice(object: ApiObject): void {
  for (const endpoint of objectsAt(object, 'endpoints')) setDefault(endpoint, 'conditions', {})
  for (const port of objectsAt(object, 'ports')) {
    setDefault(port, 'name', '')
    setDefault(port, 'protocol', 'TCP')
  }
}

export function defaultEndpoints(object: ApiObject): void {
  for (const subset of objectsAt(object, 'subsets')) {
    for (const port of objectsAt(subset, 'ports')) setDefault(port, 'protocol', 'TCP')
  }
}
