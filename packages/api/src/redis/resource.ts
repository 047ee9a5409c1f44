/** How the kind is called, and the labels on what is made for it. */
export interface ResourceName {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

export const redisResource: ResourceName = {
  group: 'orlop.dev',
  version: 'v1alpha1',
  plural: 'redis',
  kind: 'Redis',
  namespaced: true,
}

export const redisNames = {
  singular: 'redis',
  listKind: 'RedisList',
  short: 'rd',
  category: 'orlop',
} as const

export const labels = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  version: 'app.kubernetes.io/version',
  managedBy: 'app.kubernetes.io/managed-by',
  /** The Redis resource that a pod belongs to. */
  redis: 'orlop.dev/redis',
  /** `primary` or `replica`; only the operator writes it. */
  role: 'orlop.dev/role',
  /** `"true"` on what the Service NAME-ro sends reads to. */
  reads: 'orlop.dev/reads',
} as const
