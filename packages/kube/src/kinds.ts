/** The kinds of Kubernetes that Orlop and drydock meet, as they are on the wire. */
import type * as ApiextensionsV1 from 'kubernetes-types/apiextensions/v1.js'
import type * as AppsV1 from 'kubernetes-types/apps/v1.js'
import type * as AutoscalingV2 from 'kubernetes-types/autoscaling/v2.js'
import type * as BatchV1 from 'kubernetes-types/batch/v1.js'
import type * as CoordinationV1 from 'kubernetes-types/coordination/v1.js'
import type * as CoreV1 from 'kubernetes-types/core/v1.js'
import type * as DiscoveryV1 from 'kubernetes-types/discovery/v1.js'
import type * as EventsV1 from 'kubernetes-types/events/v1.js'
import type * as NetworkingV1 from 'kubernetes-types/networking/v1.js'
import type * as PolicyV1 from 'kubernetes-types/policy/v1.js'
import type * as RbacV1 from 'kubernetes-types/rbac/v1.js'
import type * as SchedulingV1 from 'kubernetes-types/scheduling/v1.js'
import type * as StorageV1 from 'kubernetes-types/storage/v1.js'
import type { KubeObject } from './object.ts'

/** A wire type whose apiVersion, kind and metadata are certain to be there. */
type Wire<T> = KubeObject & Omit<T, 'apiVersion' | 'kind' | 'metadata'>

export type Pod = Wire<CoreV1.Pod>
export type Service = Wire<CoreV1.Service>
export type Endpoints = Wire<CoreV1.Endpoints>
export type EndpointSlice = Wire<DiscoveryV1.EndpointSlice>
export type ConfigMap = Wire<CoreV1.ConfigMap>
export type Secret = Wire<CoreV1.Secret>
export type PersistentVolumeClaim = Wire<CoreV1.PersistentVolumeClaim>
export type PersistentVolume = Wire<CoreV1.PersistentVolume>
export type StorageClass = Wire<StorageV1.StorageClass>
export type Node = Wire<CoreV1.Node>
/** events.k8s.io/v1 */
export type Event = Wire<EventsV1.Event>
/** v1 */
export type CoreEvent = Wire<CoreV1.Event>
export type Lease = Wire<CoordinationV1.Lease>
export type StatefulSet = Wire<AppsV1.StatefulSet>
export type Deployment = Wire<AppsV1.Deployment>
export type ReplicaSet = Wire<AppsV1.ReplicaSet>
export type DaemonSet = Wire<AppsV1.DaemonSet>
export type ControllerRevision = Wire<AppsV1.ControllerRevision>
export type Job = Wire<BatchV1.Job>
export type CronJob = Wire<BatchV1.CronJob>
export type PodDisruptionBudget = Wire<PolicyV1.PodDisruptionBudget>
export type HorizontalPodAutoscaler = Wire<AutoscalingV2.HorizontalPodAutoscaler>
export type NetworkPolicy = Wire<NetworkingV1.NetworkPolicy>
export type Namespace = Wire<CoreV1.Namespace>
export type ServiceAccount = Wire<CoreV1.ServiceAccount>
export type PriorityClass = Wire<SchedulingV1.PriorityClass>
export type Role = Wire<RbacV1.Role>
export type RoleBinding = Wire<RbacV1.RoleBinding>
export type ClusterRole = Wire<RbacV1.ClusterRole>
export type ClusterRoleBinding = Wire<RbacV1.ClusterRoleBinding>
export type CustomResourceDefinition = Wire<ApiextensionsV1.CustomResourceDefinition>
