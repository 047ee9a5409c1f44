import { type KindInfo, qualifiedResource } from '../kinds.ts'
import type { ApiObject } from '../object.ts'
import { forbidden, invalid, required, tooLong } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  type NameRule,
  pathSegment,
  qualifiedName,
} from './names.ts'

const nameRules: Readonly<Record<string, NameRule>> = {
  namespaces: dnsLabel,
  services: dns1035Label,
  'roles.rbac.authorization.k8s.io': pathSegment,
  'rolebindings.rbac.authorization.k8s.io': pathSegment,
  'clusterroles.rbac.authorization.k8s.io': pathSegment,
  'clusterrolebindings.rbac.authorization.k8s.io': pathSegment,
}

const annotationsLimit = 256 * 1024

/** Objections to `metadata`, as apimachinery `ValidateObjectMeta`. */
export function validateMetadata({ metadata }: ApiObject, kind: KindInfo): Cause[] {
  const causes: Cause[] = []
  const rule = nameRules[qualifiedResource(kind)] ?? dnsSubdomain
  if (metadata.name === '') causes.push(required('metadata.name', 'name or generateName is required'))
  else for (const why of rule(metadata.name)) causes.push(invalid('metadata.name', metadata.name, why))
  causes.push(...validateLabels(metadata.labels ?? {}, 'metadata.labels'))
  let size = 0
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    for (const why of qualifiedName(key.toLowerCase())) causes.push(invalid('metadata.annotations', key, why))
    size += key.length + value.length
  }
  if (size > annotationsLimit) causes.push(tooLong('metadata.annotations', annotationsLimit))
  for (const finalizer of metadata.finalizers ?? []) {
    for (const why of qualifiedName(finalizer)) causes.push(invalid('metadata.finalizers', finalizer, why))
  }
  return [...causes, ...validateOwners(metadata.ownerReferences ?? [])]
}

export function validateLabels(labels: Readonly<Record<string, string>>, field: string): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map((why) => invalid(field, key, why)),
    ...labelValue(value).map((why) => invalid(field, value, why)),
  ])
}

function validateOwners(owners: NonNullable<ApiObject['metadata']['ownerReferences']>): Cause[] {
  const causes = owners.flatMap((owner, index) => {
    const field = `metadata.ownerReferences[${index}]`
    return [
      ...(owner.apiVersion
        ? []
        : [invalid(`${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]),
      ...(owner.kind ? [] : [invalid(`${field}.kind`, owner.kind ?? '', 'kind must not be empty')]),
      ...(owner.name ? [] : [invalid(`${field}.name`, owner.name ?? '', 'name must not be empty')]),
      ...(owner.uid ? [] : [invalid(`${field}.uid`, owner.uid ?? '', 'uid must not be empty')]),
    ]
  })
  const controllers = owners.filter((owner) => owner.controller === true)
  if (controllers.length > 1) {
    const [first, second] = controllers
    causes.push(
      invalid(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${first?.kind}/${first?.name} and ${second?.kind}/${second?.name}`,
      ),
    )
  }
  return causes
}

/** Objections to a change of `metadata`. */
export function validateMetadataUpdate({ metadata }: ApiObject, old: ApiObject): Cause[] {
  const causes: Cause[] = []
  if (metadata.name !== old.metadata.name) {
    causes.push(invalid('metadata.name', metadata.name, 'field is immutable'))
  }
  if (old.metadata.deletionTimestamp !== undefined) {
    const known = new Set(old.metadata.finalizers)
    const added = (metadata.finalizers ?? []).filter((name) => !known.has(name))
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(', ')
      causes.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      )
    }
  }
  return causes
}
