import { KubeError } from './errors.ts'
import type * as Kinds from './kinds.ts'
import type { KubeObject } from './object.ts'

declare const objectType: unique symbol

/** A kind as the API server serves it; `T` is the type of its objects. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** `''` for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  /** Never set: it only carries the type. */
  readonly [objectType]?: T
}

/** `v1`, `apps/v1`. */
export function apiVersionOf(r: Resource): string {
  return r.group === '' ? r.version : `${r.group}/${r.version}`
}

/**
 * The path of a collection, an object or a subresource.
 * A namespaced collection without a namespace is that of all namespaces.
 * @throws KubeError `BadRequest` when a name or namespace is missing: an empty one would address the whole collection.
 */
export function pathOf(
  r: Resource,
  where: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined } = {},
): string {
  const root = r.group === '' ? `/api/${r.version}` : `/apis/${r.group}/${r.version}`
  if (where.name === '') throw new KubeError('BadRequest', `a ${r.kind} was addressed by an empty name`)
  if (r.namespaced && where.name !== undefined && !where.namespace) {
    throw new KubeError('BadRequest', `${r.kind} ${where.name} was addressed without its namespace`)
  }
  const namespace =
    r.namespaced && where.namespace ? `/namespaces/${encodeURIComponent(where.namespace)}` : ''
  const name = where.name === undefined ? '' : `/${encodeURIComponent(where.name)}`
  const subresource = where.subresource === undefined ? '' : `/${where.subresource}`
  return `${root}${namespace}/${r.plural}${name}${subresource}`
}

function resource<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  scope?: 'cluster',
): Resource<T> {
  const slash = apiVersion.indexOf('/')
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    plural,
    kind,
    namespaced: scope !== 'cluster',
  }
}

/** What {@link resources} holds. */
export interface Resources {
  readonly pods: Resource<Kinds.Pod>
  readonly services: Resource<Kinds.Service>
  readonly endpoints: Resource<Kinds.Endpoints>
  readonly endpointSlices: Resource<Kinds.EndpointSlice>
  readonly configMaps: Resource<Kinds.ConfigMap>
  readonly secrets: Resource<Kinds.Secret>
  readonly persistentVolumeClaims: Resource<Kinds.PersistentVolumeClaim>
  readonly persistentVolumes: Resource<Kinds.PersistentVolume>
  readonly storageClasses: Resource<Kinds.StorageClass>
  readonly nodes: Resource<Kinds.Node>
  /** events.k8s.io/v1 */
  readonly events: Resource<Kinds.Event>
  /** v1 */
  readonly coreEvents: Resource<Kinds.CoreEvent>
  readonly leases: Resource<Kinds.Lease>
  readonly statefulSets: Resource<Kinds.StatefulSet>
  readonly deployments: Resource<Kinds.Deployment>
  readonly replicaSets: Resource<Kinds.ReplicaSet>
  readonly daemonSets: Resource<Kinds.DaemonSet>
  readonly controllerRevisions: Resource<Kinds.ControllerRevision>
  readonly jobs: Resource<Kinds.Job>
  readonly cronJobs: Resource<Kinds.CronJob>
  readonly podDisruptionBudgets: Resource<Kinds.PodDisruptionBudget>
  readonly horizontalPodAutoscalers: Resource<Kinds.HorizontalPodAutoscaler>
  readonly networkPolicies: Resource<Kinds.NetworkPolicy>
  readonly namespaces: Resource<Kinds.Namespace>
  readonly serviceAccounts: Resource<Kinds.ServiceAccount>
  readonly priorityClasses: Resource<Kinds.PriorityClass>
  readonly roles: Resource<Kinds.Role>
  readonly roleBindings: Resource<Kinds.RoleBinding>
  readonly clusterRoles: Resource<Kinds.ClusterRole>
  readonly clusterRoleBindings: Resource<Kinds.ClusterRoleBinding>
  readonly customResourceDefinitions: Resource<Kinds.CustomResourceDefinition>
}

/** The kinds that every Kubernetes has. */
export const resources: Resources = {
  pods: resource('v1', 'Pod', 'pods'),
  services: resource('v1', 'Service', 'services'),
  endpoints: resource('v1', 'Endpoints', 'endpoints'),
  endpointSlices: resource('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  configMaps: resource('v1', 'ConfigMap', 'configmaps'),
  secrets: resource('v1', 'Secret', 'secrets'),
  persistentVolumeClaims: resource('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  persistentVolumes: resource('v1', 'PersistentVolume', 'persistentvolumes', 'cluster'),
  storageClasses: resource('storage.k8s.io/v1', 'StorageClass', 'storageclasses', 'cluster'),
  nodes: resource('v1', 'Node', 'nodes', 'cluster'),
  events: resource('events.k8s.io/v1', 'Event', 'events'),
  coreEvents: resource('v1', 'Event', 'events'),
  leases: resource('coordination.k8s.io/v1', 'Lease', 'leases'),
  statefulSets: resource('apps/v1', 'StatefulSet', 'statefulsets'),
  deployments: resource('apps/v1', 'Deployment', 'deployments'),
  replicaSets: resource('apps/v1', 'ReplicaSet', 'replicasets'),
  daemonSets: resource('apps/v1', 'DaemonSet', 'daemonsets'),
  controllerRevisions: resource('apps/v1', 'ControllerRevision', 'controllerrevisions'),
  jobs: resource('batch/v1', 'Job', 'jobs'),
  cronJobs: resource('batch/v1', 'CronJob', 'cronjobs'),
  podDisruptionBudgets: resource('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  horizontalPodAutoscalers: resource('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  networkPolicies: resource('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  namespaces: resource('v1', 'Namespace', 'namespaces', 'cluster'),
  serviceAccounts: resource('v1', 'ServiceAccount', 'serviceaccounts'),
  priorityClasses: resource('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'cluster'),
  roles: resource('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  roleBindings: resource('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  clusterRoles: resource('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'cluster'),
  clusterRoleBindings: resource(
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    'clusterrolebindings',
    'cluster',
  ),
  customResourceDefinitions: resource(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    'cluster',
  ),
}
