import { type KindInfo, qualifiedResource } from '../kinds.ts'
import type { ApiObject, JsonObject, ObjectMeta } from '../object.ts'
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
  'statefulsets.apps': dnsLabel,
  'roles.rbac.authorization.k8s.io': pathSegment,
  'rolebindings.rbac.authorization.k8s.io': pathSegment,
  'clusterroles.rbac.authorization.k8s.io': pathSegment,
  'clusterrolebindings.rbac.authorization.k8s.io': pathSegment,
}

const annotationsLimit = 256 * 1024

/** Objections to `metadata` of a new object, as `ValidateObjectMeta` of apimachinery and of pkg/apis/core. */
export function validateMetadata({ metadata }: ApiObject, kind: KindInfo): Cause[] {
  const rule = nameRules[qualifiedResource(kind)] ?? dnsSubdomain
  const base = metadata.generateName ?? ''
  // What will be followed by a suffix may end in a dash.
  const generated = base === '' ? [] : rule(base.replace(/-$/, 'a'))
  return [
    ...generated.map((why) => invalid('metadata.generateName', base, why)),
    ...(metadata.name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : rule(metadata.name).map((why) => invalid('metadata.name', metadata.name, why))),
    ...validateCommon(metadata),
    ...validateFinalizers(metadata.finalizers ?? []),
    ...ownFinalizers(metadata, kind),
  ]
}

function validateCommon(metadata: ObjectMeta): Cause[] {
  return [
    ...validateLabels(metadata.labels ?? {}, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations ?? {}),
    ...validateOwners(metadata.ownerReferences ?? []),
  ]
}

export function validateLabels(labels: JsonObject, field: string): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map((why) => invalid(field, key, why)),
    ...labelValue(String(value)).map((why) => invalid(field, value, why)),
  ])
}

function validateAnnotations(annotations: Readonly<Record<string, string>>): Cause[] {
  const field = 'metadata.annotations'
  const entries = Object.entries(annotations)
  const size = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  return [
    ...entries.flatMap(([key]) => qualifiedName(key.toLowerCase()).map((why) => invalid(field, key, why))),
    ...(size > annotationsLimit ? [tooLong(field, annotationsLimit)] : []),
  ]
}

function validateOwners(owners: NonNullable<ObjectMeta['ownerReferences']>): Cause[] {
  const field = 'metadata.ownerReferences'
  let controller: string | undefined
  return owners.flatMap((owner) => {
    const { apiVersion = '', kind = '', name = '', uid = '' } = owner
    const version = apiVersion.split('/').length > 2 ? '' : apiVersion.replace(/^.*\//, '')
    const causes: Cause[] = []
    if (version === '') causes.push(invalid(`${field}.apiVersion`, apiVersion, 'version must not be empty'))
    for (const [part, value] of Object.entries({ kind, name, uid })) {
      if (value === '') causes.push(invalid(`${field}.${part}`, '', 'must not be empty'))
    }
    if (apiVersion === 'v1' && kind === 'Event')
      causes.push(invalid(field, owner, '/v1, Kind=Event is disallowed from being an owner'))
    if (owner.controller !== true) return causes
    const own = `${kind}/${name}`
    if (controller === undefined) controller = own
    else {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${own}`
      causes.push(invalid(field, owners, why))
    }
    return causes
  })
}

function validateFinalizers(finalizers: readonly string[]): Cause[] {
  const field = 'metadata.finalizers'
  const both = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
  return [
    ...finalizers.flatMap((name) => qualifiedName(name).map((why) => invalid(field, name, why))),
    ...(both
      ? [invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')]
      : []),
  ]
}

const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

function ownFinalizers({ finalizers = [] }: ObjectMeta, { crd, group }: KindInfo): Cause[] {
  return crd !== undefined || group === 'apiextensions.k8s.io'
    ? []
    : validateFinalizerNames(finalizers, 'metadata.finalizers')
}

/** Those of built-in kinds are of Kubernetes or name a domain. */
export function validateFinalizerNames(finalizers: readonly string[], field: string): Cause[] {
  const why = 'name is neither a standard finalizer name nor is it fully qualified'
  return finalizers.flatMap((name, index) =>
    name.includes('/') || standardFinalizers.has(name) ? [] : [invalid(`${field}[${index}]`, name, why)],
  )
}

/** Objections to a change of `metadata`. Each comes twice, as from a real server, which looks twice. */
export function validateMetadataUpdate(object: ApiObject, old: ApiObject, kind: KindInfo): Cause[] {
  const { metadata } = object
  const causes: Cause[] = []
  if (old.metadata.deletionTimestamp !== undefined) {
    const known = new Set(old.metadata.finalizers)
    const added = (metadata.finalizers ?? []).filter((name) => !known.has(name)).sort()
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(', ')
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`
      causes.push(forbidden('metadata.finalizers', why))
    }
  }
  for (const field of ['name', 'namespace', 'uid']) {
    if (metadata[field] !== old.metadata[field])
      causes.push(invalid(`metadata.${field}`, metadata[field], 'field is immutable'))
  }
  causes.push(...validateCommon(metadata))
  return [...causes, ...causes, ...ownFinalizers(metadata, kind)]
}
