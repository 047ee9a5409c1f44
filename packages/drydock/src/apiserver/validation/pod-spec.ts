import { type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import { duplicate, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { ipAddress } from './addresses.ts'
import { validateContainer, validateIdentity } from './container.ts'
import { validateLabels } from './metadata.ts'
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts'
import { oneOf } from './one-of.ts'
import { validateAffinity, validateSpread, validateTolerations } from './placement.ts'
import { validateLifecycle } from './probe.ts'
import { validateVolumes } from './volumes.ts'

/**
 * Objections to a pod's spec, in a pod or a template: k8s.io/kubernetes pkg/apis/core/validation, in its order. `claims`
 * are volumes that the pods get from elsewhere: the claim templates of a StatefulSet.
 */
export function validatePodSpec(spec: JsonObject, path: string, claims: readonly string[] = []): Cause[] {
  const deadline = numberAt(spec, 'activeDeadlineSeconds')
  const limit = 2147483647
  return [
    ...validateVolumes(spec, `${path}.volumes`),
    ...validateContainers(spec, path, claims),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...validateDns(spec, path),
    ...validateLabels(objectAt(spec, 'nodeSelector') ?? {}, `${path}.nodeSelector`),
    ...validateIdentity(objectAt(spec, 'securityContext'), `${path}.securityContext`),
    ...validateAffinity(spec, path),
    ...objectsAt(spec, 'readinessGates').flatMap((gate, index) =>
      named(gate.conditionType, `${path}.readinessGates[${index}].conditionType`, qualifiedName),
    ),
    ...objectsAt(spec, 'schedulingGates').flatMap((gate, index) =>
      named(gate.name, `${path}.schedulingGates[${index}]`, qualifiedName),
    ),
    ...validateSpread(spec, path),
    ...named(spec.serviceAccountName || undefined, `${path}.serviceAccountName`, dnsSubdomain),
    ...named(spec.nodeName || undefined, `${path}.nodeName`, dnsSubdomain),
    ...(deadline === undefined || (deadline > 0 && deadline <= limit)
      ? []
      : [invalid(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${limit}, inclusive`)]),
    ...named(spec.hostname || undefined, `${path}.hostname`, dnsLabel),
    ...named(spec.subdomain || undefined, `${path}.subdomain`, dnsLabel),
    ...validateTolerations(spec, path),
    ...validateAliases(spec, `${path}.hostAliases`),
    ...named(spec.priorityClassName || undefined, `${path}.priorityClassName`, dnsSubdomain),
  ]
}

function named(value: unknown, field: string, rule: (name: string) => string[]): Cause[] {
  if (value === undefined) return []
  return rule(String(value)).map((why) => invalid(field, value, why))
}

function validateContainers(spec: JsonObject, path: string, claims: readonly string[]): Cause[] {
  const own = objectsAt(spec, 'volumes').map((volume) => String(volume.name))
  const volumes = new Set([...own, ...claims])
  const names = new Set<string>()
  const causes: Cause[] = []
  if (objectsAt(spec, 'containers').length === 0) causes.push(required(`${path}.containers`))
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of objectsAt(spec, list).entries()) {
      const at = `${path}.${list}[${index}]`
      causes.push(...validateContainer(container, volumes, at))
      const name = stringAt(container, 'name') ?? ''
      if (name !== '' && names.has(name)) causes.push(duplicate(`${at}.name`, name))
      names.add(name)
      causes.push(...validateLifecycle(container, at))
    }
    causes.push(...validateHostPorts(objectsAt(spec, list), `${path}.${list}`))
  }
  return causes
}

function validateHostPorts(containers: readonly JsonObject[], path: string): Cause[] {
  const taken = new Set<string>()
  return containers.flatMap((container, at) =>
    objectsAt(container, 'ports').flatMap((port, index) => {
      if (!port.hostPort) return []
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(key)) return [duplicate(`${path}[${at}].ports[${index}].hostPort`, key)]
      taken.add(key)
      return []
    }),
  )
}

const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

function validateDns(spec: JsonObject, path: string): Cause[] {
  const config = objectAt(spec, 'dnsConfig')
  const servers = config?.nameservers
  const none = spec.dnsPolicy === 'None'
  const field = `${path}.dnsConfig`
  return [
    ...oneOf(spec.dnsPolicy, dnsPolicies, `${path}.dnsPolicy`),
    ...(none && config === undefined
      ? [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')]
      : []),
    ...(none && config !== undefined && !(Array.isArray(servers) && servers.length > 0)
      ? [
          required(
            `${field}.nameservers`,
            'must provide at least one DNS nameserver when `dnsPolicy` is None',
          ),
        ]
      : []),
  ]
}

function validateAliases(spec: JsonObject, path: string): Cause[] {
  return objectsAt(spec, 'hostAliases').flatMap(({ ip = '', hostnames }, index) => [
    ...ipAddress(String(ip), `${path}[${index}].ip`),
    ...(Array.isArray(hostnames) ? hostnames : []).flatMap((name: unknown, at) =>
      named(name, `${path}[${index}].hostnames[${at}]`, dnsSubdomain),
    ),
  ])
}
