import { type ApiObject, ensureObject, objectsAt, setDefault } from '../object.ts'

const group = 'rbac.authorization.k8s.io'

export function defaultBinding(object: ApiObject): void {
  const role = ensureObject(object, 'roleRef')
  if (!role.apiGroup) role.apiGroup = group
  for (const subject of objectsAt(object, 'subjects')) {
    if (subject.kind === 'ServiceAccount') setDefault(subject, 'namespace', '')
    else if (!subject.apiGroup) subject.apiGroup = group
    if (subject.namespace === '') delete subject.namespace
  }
}

export function defaultPriorityClass(object: ApiObject): void {
  setDefault(object, 'preemptionPolicy', 'PreemptLowerPriority')
}
