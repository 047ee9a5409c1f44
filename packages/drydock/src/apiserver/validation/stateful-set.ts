import { type ApiObject, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import { invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { atMostAll, intOrPercent, isNothing } from './int-or-percent.ts'
import { validateLabels } from './metadata.ts'
import { dnsLabel, dnsSubdomain } from './names.ts'
import { validateEndless, validateMatch, validateOwnSelector, validatePodTemplate } from './pod-template.ts'
import { isReadable } from './selector.ts'
import { validateClaimSpec } from './storage.ts'
import { notNegative } from './workloads.ts'

/** `ValidateStatefulSetSpec` of pkg/apis/apps/validation, in its order. */
export function validateStatefulSet(object: ApiObject): Cause[] {
  const spec = objectAt(object, 'spec') ?? {}
  const policy = stringAt(spec, 'podManagementPolicy') ?? ''
  const start = numberAt(spec, 'ordinals', 'start') ?? 0
  const service = stringAt(spec, 'serviceName') ?? ''
  return [
    ...(policy === 'OrderedReady' || policy === 'Parallel'
      ? []
      : [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")]),
    ...validateUpdates(objectAt(spec, 'updateStrategy') ?? {}),
    ...['whenDeleted', 'whenScaled'].flatMap((field) => validateRetention(spec, field)),
    ...validateClaimTemplates(spec),
    ...notNegative(spec, 'replicas', 'minReadySeconds'),
    ...(start < 0 ? [invalid('spec.ordinals.start', start, 'must be greater than or equal to 0')] : []),
    ...(service === '' ? [] : dnsLabel(service).map((why) => invalid('spec.serviceName', service, why))),
    ...validateOwnSelector(spec, 'statefulset'),
    ...validatePods(spec),
    ...validateEndless(spec, 'StatefulSet'),
  ]
}

function validateUpdates(strategy: JsonObject): Cause[] {
  const rolling = objectAt(strategy, 'rollingUpdate')
  const at = 'spec.updateStrategy'
  const { partition = 0, maxUnavailable = null } = rolling ?? {}
  if (strategy.type === 'OnDelete') {
    const held = { Partition: partition, MaxUnavailable: maxUnavailable }
    const why = "only allowed for updateStrategy 'RollingUpdate'"
    return rolling === undefined ? [] : [invalid(`${at}.rollingUpdate`, held, why)]
  }
  if (strategy.type !== 'RollingUpdate') {
    const held = { Type: strategy.type ?? '', RollingUpdate: strategy.rollingUpdate ?? null }
    return [invalid(at, held, "must be 'RollingUpdate' or 'OnDelete'")]
  }
  const field = `${at}.rollingUpdate.maxUnavailable`
  return [
    ...(Number(partition) < 0
      ? [invalid(`${at}.rollingUpdate.partition`, partition, 'must be greater than or equal to 0')]
      : []),
    ...(maxUnavailable === null
      ? []
      : [
          ...intOrPercent(maxUnavailable, field),
          ...(isNothing(maxUnavailable) ? [invalid(field, maxUnavailable, 'cannot be 0')] : []),
          ...atMostAll(maxUnavailable, field),
        ]),
  ]
}

function validateRetention(spec: JsonObject, field: string): Cause[] {
  const policy = stringAt(spec, 'persistentVolumeClaimRetentionPolicy', field) ?? 'Retain'
  const at = `spec.persistentVolumeClaimRetentionPolicy.${field}`
  return policy === 'Retain' || policy === 'Delete' ? [] : [notSupported(at, policy, ['Retain', 'Delete'])]
}

function validateClaimTemplates(spec: JsonObject): Cause[] {
  return objectsAt(spec, 'volumeClaimTemplates').flatMap((claim, index) => {
    const at = `spec.volumeClaimTemplates[${index}]`
    const name = stringAt(claim, 'metadata', 'name') ?? ''
    return [
      ...(name === ''
        ? [required(`${at}.metadata.name`, 'name or generateName is required')]
        : dnsSubdomain(name).map((why) => invalid(`${at}.metadata.name`, name, why))),
      ...validateLabels(objectAt(claim, 'metadata', 'labels') ?? {}, `${at}.metadata.labels`),
      ...validateClaimSpec(objectAt(claim, 'spec') ?? {}, `${at}.spec`),
    ]
  })
}

/** The labels of pods are looked at twice, as by a real server; a selector that nobody can read ends the checks. */
function validatePods(spec: JsonObject): Cause[] {
  const selector = objectAt(spec, 'selector')
  if (selector !== undefined && !isReadable(selector)) return [invalid('spec.selector', selector, '')]
  const labels = objectAt(spec, 'template', 'metadata', 'labels') ?? {}
  return [
    ...validateMatch(spec),
    ...validateLabels(labels, 'spec.template.labels'),
    ...validatePodTemplate(spec, 'spec.template'),
  ]
}
