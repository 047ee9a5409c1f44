import type { ApiObject } from './object.ts'

/** What the server knows of one kind in one version, built in or from a CustomResourceDefinition. */
export interface KindInfo {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** Subresources by name, e.g. `status`, `scale`, `log`. */
  readonly subresources: readonly string[]
  readonly verbs: readonly string[]
  /** Where its objects are stored: `group/plural`. Two kinds that show the same objects share it. */
  readonly storedAs: string
  /** The version objects are stored in. */
  readonly storageVersion: string
  /** The definition, for a custom kind. */
  readonly crd?: ApiObject
}

export const allVerbs: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]
/** Figures: made when somebody asks for them. */
const readOnly: readonly string[] = ['get', 'list']
/** Reviews: posted and answered, never stored. */
const createOnly: readonly string[] = ['create']

interface Entry {
  kind: string
  plural: string
  short?: string[]
  categories?: string[]
  cluster?: true
  sub?: string[]
  verbs?: readonly string[]
  storedAs?: string
  storageVersion?: string
}

const all = ['all']
const status = ['status']

/** Group, version, then its kinds; groups in the order in which a real server prefers them. */
const table: readonly (readonly [string, string, readonly Entry[]])[] = [
  [
    '',
    'v1',
    [
      { kind: 'Binding', plural: 'bindings', verbs: createOnly },
      { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'] },
      { kind: 'Endpoints', plural: 'endpoints', short: ['ep'] },
      { kind: 'Event', plural: 'events', short: ['ev'], storedAs: 'events.k8s.io/events' },
      { kind: 'LimitRange', plural: 'limitranges', short: ['limits'] },
      {
        kind: 'Namespace',
        plural: 'namespaces',
        short: ['ns'],
        cluster: true,
        sub: ['finalize', 'status'],
        verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
      },
      { kind: 'Node', plural: 'nodes', short: ['no'], cluster: true, sub: ['status'] },
      { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', short: ['pvc'], sub: status },
      { kind: 'PersistentVolume', plural: 'persistentvolumes', short: ['pv'], cluster: true, sub: status },
      {
        kind: 'Pod',
        plural: 'pods',
        short: ['po'],
        categories: all,
        sub: [
          'attach',
          'binding',
          'ephemeralcontainers',
          'eviction',
          'exec',
          'log',
          'portforward',
          'resize',
          'status',
        ],
      },
      { kind: 'PodTemplate', plural: 'podtemplates' },
      {
        kind: 'ReplicationController',
        plural: 'replicationcontrollers',
        short: ['rc'],
        categories: all,
        sub: ['scale', 'status'],
      },
      { kind: 'ResourceQuota', plural: 'resourcequotas', short: ['quota'], sub: status },
      { kind: 'Secret', plural: 'secrets' },
      { kind: 'ServiceAccount', plural: 'serviceaccounts', short: ['sa'], sub: ['token'] },
      { kind: 'Service', plural: 'services', short: ['svc'], categories: all, sub: status },
    ],
  ],
  [
    'apps',
    'v1',
    [
      { kind: 'ControllerRevision', plural: 'controllerrevisions' },
      { kind: 'DaemonSet', plural: 'daemonsets', short: ['ds'], categories: all, sub: status },
      {
        kind: 'Deployment',
        plural: 'deployments',
        short: ['deploy'],
        categories: all,
        sub: ['scale', 'status'],
      },
      { kind: 'ReplicaSet', plural: 'replicasets', short: ['rs'], categories: all, sub: ['scale', 'status'] },
      {
        kind: 'StatefulSet',
        plural: 'statefulsets',
        short: ['sts'],
        categories: all,
        sub: ['scale', 'status'],
      },
    ],
  ],
  [
    'events.k8s.io',
    'v1',
    [{ kind: 'Event', plural: 'events', short: ['ev'], storedAs: 'events.k8s.io/events' }],
  ],
  [
    'authentication.k8s.io',
    'v1',
    [
      { kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', cluster: true, verbs: createOnly },
      { kind: 'TokenReview', plural: 'tokenreviews', cluster: true, verbs: createOnly },
    ],
  ],
  [
    'authorization.k8s.io',
    'v1',
    [
      { kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', verbs: createOnly },
      {
        kind: 'SelfSubjectAccessReview',
        plural: 'selfsubjectaccessreviews',
        cluster: true,
        verbs: createOnly,
      },
      { kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', cluster: true, verbs: createOnly },
      { kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', cluster: true, verbs: createOnly },
    ],
  ],
  [
    'autoscaling',
    'v2',
    [
      {
        kind: 'HorizontalPodAutoscaler',
        plural: 'horizontalpodautoscalers',
        short: ['hpa'],
        categories: all,
        sub: status,
      },
    ],
  ],
  [
    'autoscaling',
    'v1',
    [
      {
        kind: 'HorizontalPodAutoscaler',
        plural: 'horizontalpodautoscalers',
        short: ['hpa'],
        categories: all,
        sub: status,
        storageVersion: 'v2',
      },
    ],
  ],
  [
    'batch',
    'v1',
    [
      { kind: 'CronJob', plural: 'cronjobs', short: ['cj'], categories: all, sub: status },
      { kind: 'Job', plural: 'jobs', categories: all, sub: status },
    ],
  ],
  [
    'networking.k8s.io',
    'v1',
    [
      { kind: 'IngressClass', plural: 'ingressclasses', cluster: true },
      { kind: 'Ingress', plural: 'ingresses', short: ['ing'], sub: status },
      { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'] },
    ],
  ],
  [
    'policy',
    'v1',
    [{ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', short: ['pdb'], sub: status }],
  ],
  [
    'rbac.authorization.k8s.io',
    'v1',
    [
      { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', cluster: true },
      { kind: 'ClusterRole', plural: 'clusterroles', cluster: true },
      { kind: 'RoleBinding', plural: 'rolebindings' },
      { kind: 'Role', plural: 'roles' },
    ],
  ],
  [
    'storage.k8s.io',
    'v1',
    [
      { kind: 'CSIDriver', plural: 'csidrivers', cluster: true },
      { kind: 'CSINode', plural: 'csinodes', cluster: true },
      { kind: 'StorageClass', plural: 'storageclasses', short: ['sc'], cluster: true },
      { kind: 'VolumeAttachment', plural: 'volumeattachments', cluster: true, sub: status },
    ],
  ],
  [
    'apiextensions.k8s.io',
    'v1',
    [
      {
        kind: 'CustomResourceDefinition',
        plural: 'customresourcedefinitions',
        short: ['crd', 'crds'],
        categories: ['api-extensions'],
        cluster: true,
        sub: status,
      },
    ],
  ],
  [
    'scheduling.k8s.io',
    'v1',
    [{ kind: 'PriorityClass', plural: 'priorityclasses', short: ['pc'], cluster: true }],
  ],
  ['coordination.k8s.io', 'v1', [{ kind: 'Lease', plural: 'leases' }]],
  ['discovery.k8s.io', 'v1', [{ kind: 'EndpointSlice', plural: 'endpointslices' }]],
  [
    'metrics.k8s.io',
    'v1beta1',
    [
      { kind: 'NodeMetrics', plural: 'nodes', cluster: true, verbs: readOnly },
      { kind: 'PodMetrics', plural: 'pods', verbs: readOnly },
    ],
  ],
]

/** The kinds that need no definition. */
export const builtInKinds: readonly KindInfo[] = table.flatMap(([group, version, entries]) =>
  entries.map((entry) => ({
    group,
    version,
    kind: entry.kind,
    listKind: `${entry.kind}List`,
    plural: entry.plural,
    singular: entry.kind.toLowerCase(),
    shortNames: entry.short ?? [],
    categories: entry.categories ?? [],
    namespaced: entry.cluster !== true,
    subresources: entry.sub ?? [],
    verbs: entry.verbs ?? allVerbs,
    storedAs: entry.storedAs ?? `${group}/${entry.plural}`,
    storageVersion: entry.storageVersion ?? version,
  })),
)

/** `v1` or `apps/v1`. */
export function apiVersionOf(kind: Pick<KindInfo, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
}

/** `pods` or `statefulsets.apps`, as in messages. */
export function qualifiedResource(kind: Pick<KindInfo, 'group' | 'plural'>): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
}
