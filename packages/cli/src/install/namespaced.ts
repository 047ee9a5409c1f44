/**
 * An operator for named namespaces: what it may do in the whole cluster becomes a Role and a RoleBinding in each of them, and it is
 * told by WATCH_NAMESPACES. What no namespace can grant stays: nodes and storage classes are read cluster-wide.
 */
import type { Deployment, KubeObject } from '@orlop/kube'
import { field, hasTemplate } from './settings.ts'

const watchVariable = 'WATCH_NAMESPACES'
const rbac = 'rbac.authorization.k8s.io'
/** Kinds without a namespace that an operator reads. */
const clusterWide: readonly string[] = ['nodes', 'storageclasses', 'persistentvolumes', 'namespaces']

/** Empty: all of them. */
export function watchedNamespaces({ spec }: Deployment): readonly string[] {
  const variables = (spec?.template.spec?.containers ?? []).flatMap(({ env }) => env ?? [])
  const value = variables.find(({ name }) => name === watchVariable)?.value ?? ''
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Pure: the objects for these namespaces only; as they are when there is none. */
export function inNamespaces(
  objects: readonly KubeObject[],
  namespaces: readonly string[],
): readonly KubeObject[] {
  if (namespaces.length === 0) return objects
  const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding')
  const boundBy = (role: KubeObject): KubeObject | undefined =>
    bindings.find((binding) => field(field(binding, 'roleRef'), 'name') === role.metadata.name)
  return objects.flatMap((object): KubeObject[] => {
    if (object.kind === 'Deployment') return [told(object, namespaces)]
    const role =
      object.kind === 'ClusterRole'
        ? object
        : objects.find((o) => o.kind === 'ClusterRole' && boundBy(o) === object)
    const binding = role === undefined ? undefined : boundBy(role)
    // A role that nobody is bound to is there for users, such as those that are gathered into view, edit and admin.
    if (role === undefined || binding === undefined) return [object]
    const { ofCluster, ofNamespaces } = split(role)
    const kept = ofCluster.length === 0 ? [] : [object === role ? { ...role, rules: ofCluster } : object]
    if (object !== role || ofNamespaces.length === 0) return kept
    return [...kept, ...namespaces.flatMap((namespace) => granted(role, binding, ofNamespaces, namespace))]
  })
}

/** A rule that names both sorts of kinds is taken apart. */
function split(role: KubeObject): { ofCluster: object[]; ofNamespaces: object[] } {
  const rules = field(role, 'rules')
  const ofCluster: object[] = []
  const ofNamespaces: object[] = []
  for (const rule of Array.isArray(rules) ? rules : []) {
    const named = field(rule, 'resources')
    const resources: readonly unknown[] = Array.isArray(named) ? named : []
    const wide = resources.filter((resource) => clusterWide.includes(String(resource)))
    const narrow = resources.filter((resource) => !wide.includes(resource))
    // What is no kind, such as a path of the API server, no namespace can grant.
    if (wide.length > 0 || resources.length === 0)
      ofCluster.push({ ...rule, ...(wide.length > 0 ? { resources: wide } : {}) })
    if (narrow.length > 0) ofNamespaces.push({ ...rule, resources: narrow })
  }
  return { ofCluster, ofNamespaces }
}

function granted(
  role: KubeObject,
  binding: KubeObject,
  rules: readonly object[],
  namespace: string,
): KubeObject[] {
  const { labels } = role.metadata
  const metadata = { name: role.metadata.name, namespace, ...(labels === undefined ? {} : { labels }) }
  const apiVersion = `${rbac}/v1`
  const made = { apiVersion, kind: 'Role', metadata, rules }
  const bound = {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { ...metadata, name: binding.metadata.name },
    roleRef: { apiGroup: rbac, kind: 'Role', name: role.metadata.name },
    subjects: field(binding, 'subjects'),
  }
  return [made, bound]
}

function told(deployment: KubeObject, namespaces: readonly string[]): KubeObject {
  if (!hasTemplate(deployment)) return deployment
  const { spec } = deployment
  const containers = spec.template.spec.containers.map((container) => {
    const env = field(container, 'env')
    const others = (Array.isArray(env) ? env : []).filter((one) => field(one, 'name') !== watchVariable)
    return { ...container, env: [...others, { name: watchVariable, value: namespaces.join(',') }] }
  })
  const changed = { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } }
  const result = { ...deployment, spec: changed }
  return result
}
