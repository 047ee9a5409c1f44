import {
  type ApiObject,
  type JsonObject,
  objectAt,
  objectsAt,
  sameJson,
  stringAt,
  stringsAt,
} from '../object.ts'
import { invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { dnsSubdomain } from './names.ts'

/** Roles and bindings; pkg/apis/rbac/validation. */

const group = 'rbac.authorization.k8s.io'

export function validateRole(object: ApiObject): Cause[] {
  return objectsAt(object, 'rules').flatMap((rule, index) =>
    validateRule(rule, `rules[${index}]`, object.kind),
  )
}

function validateRule(rule: JsonObject, at: string, kind: string): Cause[] {
  const urls = stringsAt(rule, 'nonResourceURLs')
  const groups = stringsAt(rule, 'apiGroups')
  const resources = stringsAt(rule, 'resources')
  const verbs =
    stringsAt(rule, 'verbs').length === 0
      ? [required(`${at}.verbs`, 'verbs must contain at least one value')]
      : []
  if (urls.length > 0) {
    const mixed = groups.length + resources.length + stringsAt(rule, 'resourceNames').length > 0
    const field = `${at}.nonResourceURLs`
    return [
      ...verbs,
      ...(kind === 'Role'
        ? [invalid(field, urls, 'namespaced rules cannot apply to non-resource URLs')]
        : []),
      ...(mixed
        ? [invalid(field, urls, 'rules cannot apply to both regular resources and non-resource URLs')]
        : []),
    ]
  }
  const few = (what: string): string => `resource rules must supply at least one ${what}`
  return [
    ...verbs,
    ...(groups.length === 0 ? [required(`${at}.apiGroups`, few('api group'))] : []),
    ...(resources.length === 0 ? [required(`${at}.resources`, few('resource'))] : []),
  ]
}

export function validateRoleBinding(object: ApiObject): Cause[] {
  const reference = objectAt(object, 'roleRef') ?? {}
  const { apiGroup = '', kind = '' } = reference
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole']
  return [
    ...(apiGroup === group ? [] : [notSupported('roleRef.apiGroup', apiGroup, [group])]),
    ...(kinds.includes(String(kind)) ? [] : [notSupported('roleRef.kind', kind, kinds)]),
    ...(stringAt(reference, 'name') ? [] : [required('roleRef.name')]),
    ...objectsAt(object, 'subjects').flatMap((subject, index) =>
      validateSubject(subject, `subjects[${index}]`, object.kind === 'RoleBinding'),
    ),
  ]
}

function validateSubject(subject: JsonObject, at: string, namespaced: boolean): Cause[] {
  const name = stringAt(subject, 'name') ?? ''
  const { apiGroup = '', kind = '' } = subject
  const unnamed = name === '' ? [required(`${at}.name`)] : []
  const foreign = (expected: string): Cause[] =>
    apiGroup === expected ? [] : [notSupported(`${at}.apiGroup`, apiGroup, [expected])]
  switch (kind) {
    case 'ServiceAccount':
      return [
        ...unnamed,
        ...(name === '' ? [] : dnsSubdomain(name).map((why) => invalid(`${at}.name`, name, why))),
        ...foreign(''),
        ...(namespaced || stringAt(subject, 'namespace') ? [] : [required(`${at}.namespace`)]),
      ]
    case 'User':
    case 'Group':
      return [...unnamed, ...foreign(group)]
    default:
      return [...unnamed, notSupported(`${at}.kind`, kind, ['ServiceAccount', 'User', 'Group'])]
  }
}

export function validateRoleBindingUpdate(object: ApiObject, old: ApiObject): Cause[] {
  if (sameJson(object.roleRef, old.roleRef)) return []
  const { apiGroup = '', kind = '', name = '' } = objectAt(object, 'roleRef') ?? {}
  return [invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')]
}
