import type { Pod } from '@orlop/kube'

/** The parts of the wire type of a Pod that a node handles. */
export type PodSpec = NonNullable<Pod['spec']>
export type PodStatus = NonNullable<Pod['status']>
export type PodCondition = NonNullable<PodStatus['conditions']>[number]
export type Container = PodSpec['containers'][number]
export type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number]
export type ContainerState = NonNullable<ContainerStatus['state']>
export type Terminated = NonNullable<ContainerState['terminated']>
export type Volume = NonNullable<PodSpec['volumes']>[number]
export type VolumeMount = NonNullable<Container['volumeMounts']>[number]
export type Probe = NonNullable<Container['livenessProbe']>
export type LifecycleHandler = NonNullable<NonNullable<Container['lifecycle']>['preStop']>
export type EnvVar = NonNullable<Container['env']>[number]
export type ResourceFieldSelector = NonNullable<NonNullable<EnvVar['valueFrom']>['resourceFieldRef']>
export type KeyToPath = NonNullable<NonNullable<Volume['configMap']>['items']>[number]
export type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number]
export type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number]

/** A Pod as it is once it was given to a node: it has a name, a namespace, a uid and a spec. */
export interface PlacedPod {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly spec: PodSpec
  readonly status: PodStatus
  /** The object as it was read, for events and for fields of its metadata. */
  readonly object: Pod
}

/** Undefined for an object no API server would serve. */
export function placedPod(object: Pod): PlacedPod | undefined {
  const { name, namespace, uid } = object.metadata
  if (namespace === undefined || uid === undefined || object.spec === undefined) return undefined
  return { name, namespace, uid, spec: object.spec, status: object.status ?? {}, object }
}
