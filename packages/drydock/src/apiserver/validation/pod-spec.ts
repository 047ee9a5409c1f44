import { type JsonObject, numberAt, objectsAt, stringAt } from '../object.ts'
import { duplicate, forbidden, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateContainer } from './container.ts'
import { dnsLabel, dnsSubdomain } from './names.ts'
import { oneOf } from './one-of.ts'

/**
 * Objections to a pod's spec, in a pod or a template: k8s.io/kubernetes pkg/apis/core/validation. `claims` are volumes
 * that the pods get from elsewhere: the claim templates of a StatefulSet.
 */
export function validatePodSpec(spec: JsonObject, path: string, claims: readonly string[] = []): Cause[] {
  const own = objectsAt(spec, 'volumes').map((volume) => String(volume.name))
  const volumes = new Set([...own, ...claims])
  const containers = objectsAt(spec, 'containers')
  const causes = validateVolumes(spec, `${path}.volumes`)
  if (containers.length === 0) causes.push(required(`${path}.containers`))
  const names = new Set<string>()
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of objectsAt(spec, list).entries()) {
      const at = `${path}.${list}[${index}]`
      causes.push(...validateContainer(container, volumes, at))
      const name = stringAt(container, 'name') ?? ''
      if (name !== '' && names.has(name)) causes.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
  }
  causes.push(...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`))
  causes.push(
    ...oneOf(
      spec.dnsPolicy,
      ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
      `${path}.dnsPolicy`,
    ),
  )
  const grace = numberAt(spec, 'terminationGracePeriodSeconds') ?? 0
  if (grace < 0) {
    causes.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0'))
  }
  for (const field of ['hostname', 'subdomain']) {
    const value = stringAt(spec, field)
    if (value) for (const why of dnsLabel(value)) causes.push(invalid(`${path}.${field}`, value, why))
  }
  const account = stringAt(spec, 'serviceAccountName')
  if (account)
    for (const why of dnsSubdomain(account)) causes.push(invalid(`${path}.serviceAccountName`, account, why))
  return causes
}

function validateVolumes(spec: JsonObject, path: string): Cause[] {
  const seen = new Set<string>()
  return objectsAt(spec, 'volumes').flatMap((volume, index) => {
    const at = `${path}[${index}]`
    const name = stringAt(volume, 'name') ?? ''
    const causes: Cause[] =
      name === '' ? [required(`${at}.name`)] : dnsLabel(name).map((why) => invalid(`${at}.name`, name, why))
    if (seen.has(name)) causes.push(duplicate(`${at}.name`, name))
    seen.add(name)
    const sources = Object.keys(volume).filter((key) => key !== 'name')
    for (const extra of sources.slice(1)) {
      causes.push(forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type'))
    }
    if (
      volume.persistentVolumeClaim !== undefined &&
      !stringAt(volume, 'persistentVolumeClaim', 'claimName')
    ) {
      causes.push(required(`${at}.persistentVolumeClaim.claimName`))
    }
    if (volume.secret !== undefined && !stringAt(volume, 'secret', 'secretName')) {
      causes.push(required(`${at}.secret.secretName`))
    }
    if (volume.configMap !== undefined && !stringAt(volume, 'configMap', 'name')) {
      causes.push(required(`${at}.configMap.name`))
    }
    return causes
  })
}
