/**
 * What the operator may do in Kubernetes, and why: the one list behind the roles of config/ and the chart, the check at the start
 * and the table of docs/install.md. hack/install/ holds it against every call, on a real API server.
 */

export interface Permission {
  /** `''` is the core group. */
  readonly group: string
  /** With its subresource, as `redis/status`. */
  readonly resource: string
  readonly verbs: readonly string[]
  /** These only. */
  readonly names?: readonly string[]
  readonly why: string
}

/** The name of the lease by which two replicas agree who acts. */
export const leaseName = 'orlop-operator'

/** In every namespace whose caches it looks after. */
export const inNamespaces: readonly Permission[] = [
  {
    group: 'orlop.dev',
    resource: 'redis',
    verbs: ['get', 'list', 'watch'],
    why: 'What is wanted. Users write it; the operator never does',
  },
  {
    group: 'orlop.dev',
    resource: 'redis/status',
    verbs: ['patch'],
    why: 'What is: conditions, the primary, instances',
  },
  {
    group: 'orlop.dev',
    resource: 'redis/finalizers',
    verbs: ['update'],
    why: 'To name a `Redis` as the owner of what it makes, where the cluster checks that (`OwnerReferencesPermissionEnforcement`, on in OpenShift)',
  },
  {
    group: 'apps',
    resource: 'statefulsets',
    verbs: ['list', 'watch', 'create', 'patch'],
    why: 'The instances. Never deleted: they go with the `Redis` that owns them',
  },
  {
    group: '',
    resource: 'pods',
    verbs: ['get', 'list', 'watch', 'patch', 'delete'],
    why: 'Where an instance is; its role as a label; a restart is a deletion, in the order that is safe. No `exec`',
  },
  {
    group: '',
    resource: 'services',
    verbs: ['list', 'watch', 'create', 'patch'],
    why: 'Where clients write and read',
  },
  {
    group: '',
    resource: 'configmaps',
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
    why: 'The configuration, and who the primary is. Only those with the label of Orlop are watched',
  },
  {
    group: '',
    resource: 'secrets',
    verbs: ['get', 'create', 'patch'],
    why: 'The password of a cache and the binding of its users, each by name. Never listed, watched or deleted',
  },
  {
    group: '',
    resource: 'persistentvolumeclaims',
    verbs: ['list', 'watch', 'patch'],
    why: 'How large volumes are; to grow them. Never deleted',
  },
  {
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['list', 'watch', 'create', 'patch'],
    why: 'That a drain takes one instance at a time',
  },
  {
    group: 'events.k8s.io',
    resource: 'events',
    verbs: ['create', 'patch'],
    why: 'To tell what it did; a repeated event is counted in the first one',
  },
]

/** Of the cluster as a whole; no namespace can grant these. */
export const inCluster: readonly Permission[] = [
  {
    group: '',
    resource: 'nodes',
    verbs: ['list', 'watch'],
    why: 'In which zone an instance runs',
  },
  {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    verbs: ['list', 'watch'],
    why: 'Whether volumes of a class can grow',
  },
]

/** In the operator's own namespace. */
export const atHome: readonly Permission[] = [
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'update', 'watch'],
    names: [leaseName],
    why: 'Which of the replicas acts',
  },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['create'],
    why: 'The same, the first time: what is not there yet cannot be named in a rule',
  },
]
