/** Names for the parts of the wire types that the controllers pass around. */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, Service, StatefulSet } from '@orlop/kube'

export type PodSpec = NonNullable<Pod['spec']>
export type PodStatus = NonNullable<Pod['status']>
export type PodCondition = NonNullable<PodStatus['conditions']>[number]
export type Volume = NonNullable<PodSpec['volumes']>[number]
export type Affinity = NonNullable<PodSpec['affinity']>
export type PodAffinityTerm = NonNullable<
  NonNullable<Affinity['podAntiAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number]
export type NodeSelectorTerm = NonNullable<
  NonNullable<Affinity['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number]
export type SpreadConstraint = NonNullable<PodSpec['topologySpreadConstraints']>[number]
export type Toleration = NonNullable<PodSpec['tolerations']>[number]
export type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number]
export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number]
export type LabelSelector = NonNullable<StatefulSet['spec']>['selector']
export type StatefulSetSpec = NonNullable<StatefulSet['spec']>
export type StatefulSetStatus = NonNullable<StatefulSet['status']>
export type PodTemplate = StatefulSetSpec['template']
export type ClaimStatus = NonNullable<PersistentVolumeClaim['status']>
export type VolumeSpec = NonNullable<PersistentVolume['spec']>
export type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]
