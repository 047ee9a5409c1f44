// Written by `node packages/api/generate.ts` from the Zod schemas in packages/api/src/redis; do not edit.

export interface RedisSpec {
  /** The server: redis or valkey. */
  engine: 'redis' | 'valkey'
  /** Version of the engine, in quotes: "7.2", or "7.2.5" for one patch release. redis: 6.2, 7.0, 7.2, 7.4, 8.0. valkey: 7.2, 8.0, 8.1, 9.0, 9.1. It decides the image and which directives exist. A change restarts the instances one by one. */
  version: string
  /** Image instead of the one that follows from engine and version; a digest is welcome. version must say what is in it. */
  image: string
  /** What the data is. cache: it can be computed again; nothing on disk, the least used keys make room (allkeys-lru). store: it must not get lost; an append-only file, no eviction (noeviction), and writes only while a replica follows. Only the defaults of eviction, persistence and writes follow from it. */
  profile: 'cache' | 'store'
  /** Pods that hold the data: one primary, and instances-1 replicas of it. */
  instances: number
  /** Who promotes a replica when the primary is lost. */
  failover: RedisFailover
  /** Room for the dataset of one instance (maxmemory), such as 256Mi. At least 1Mi. The memory limit of the container follows from it: the dataset is at most 70 % of it. */
  memory: string
  /** What happens when memory is full (maxmemory-policy). noeviction: writes fail. allkeys-*: any key may go. volatile-*: only keys with an expiry. Default: allkeys-lru for profile cache, noeviction for profile store. */
  eviction?: 'noeviction' | 'allkeys-lru' | 'allkeys-lfu' | 'allkeys-random' | 'volatile-lru' | 'volatile-lfu' | 'volatile-random' | 'volatile-ttl'
  /** What is written to disk, when, and where. */
  persistence: RedisPersistence
  /** When the primary refuses writes because too few replicas follow. */
  writes: RedisWrites
  /** Directives of redis.conf by name, values in quotes: {hz: "20"}. Any directive of this engine and version, checked by name, type and range before a pod is touched; those that Orlop owns are refused and say which field to use. What can change live is changed live, the rest restarts the instances one by one. */
  config: Record<string, string>
  /** The password. */
  auth: RedisAuth
  /** Encryption of connections. */
  tls: RedisTls
  /** The Services through which clients connect. */
  service: RedisService
  /** Where the pods run. */
  placement: RedisPlacement
  /** Requests and limits of the data container; what is left out follows from memory. */
  resources: RedisResources
  /** Additions to the pods. */
  pod: RedisPod
  /** Metrics for Prometheus. */
  monitoring: RedisMonitoring
  /** Which pods may connect. */
  networkPolicy: RedisNetworkPolicy
  /** true: Orlop looks and reports, and touches nothing. Kubernetes still replaces lost pods. */
  paused: boolean
}

/** Who promotes a replica when the primary is lost. */
export interface RedisFailover {
  /** Who promotes a replica when the primary is lost. sentinel: a group of Redis Sentinels, also while Orlop is down. operator: Orlop itself, without further pods. none: nobody; writes stop until the primary is back. Default: none at 1 instance, sentinel from 2 instances. */
  mode?: 'sentinel' | 'operator' | 'none'
  /** Settings of the Sentinels; only with failover.mode sentinel. */
  sentinel?: RedisFailoverSentinel
}

/** Settings of the Sentinels; only with failover.mode sentinel. */
export interface RedisFailoverSentinel {
  /** How many Sentinels watch the dataset. Three survive the loss of one, five the loss of two. */
  instances: number
  /** Where the Sentinels run. separate: in pods of their own, so that a node takes either a Sentinel or data with it. sidecar: beside each instance, without pods of their own. */
  placement: 'separate' | 'sidecar'
  /** How many Sentinels must agree that the primary is down before a failover starts. At most sentinel.instances; the failover itself always takes a majority. */
  quorum: number
  /** How long the primary may stay silent before a Sentinel holds it for down. Shorter fails over sooner, and also when the primary was only slow. */
  downAfter: string
  /** How long a failover may take; after a failed one, Sentinel waits twice this long before the next attempt. */
  failoverTimeout: string
  /** How many replicas copy from the new primary at once. One keeps the others readable for longer. */
  parallelSyncs: number
}

/** What is written to disk, when, and where. */
export interface RedisPersistence {
  /** What is written to disk. none: nothing, a restart is empty unless a replica has the data. rdb: a snapshot now and then. aof: every write, appended. rdb+aof: both. Default: none for profile cache, aof for profile store. It cannot change between none and the others once instances exist. */
  mode?: 'none' | 'rdb' | 'aof' | 'rdb+aof'
  /** When appended writes are forced to disk (appendfsync). everysec: a crash of the node loses about a second. always: every write waits for the disk. no: when the kernel likes. Only with aof. */
  fsync: 'everysec' | 'always' | 'no'
  /** When a snapshot is taken: pairs of seconds and changes, "900 1" meaning after 900 seconds if at least 1 key changed. Empty: never by itself. Only with rdb. */
  save: string
  /** The volume of each instance; made only when persistence.mode is not none. */
  storage?: RedisPersistenceStorage
}

/** The volume of each instance; made only when persistence.mode is not none. */
export interface RedisPersistenceStorage {
  /** Size of the volume of each instance, such as 5Gi. It can grow, where the storage class allows it, and never shrink. Default: three times memory, rounded up to whole Gi, because rewriting an append-only file needs room for a second copy. */
  size?: string
  /** Storage class of the volumes. Empty: the default class of the cluster. It cannot be changed afterwards. */
  storageClassName: string
  /** Whether the volumes stay when this resource is deleted. true: they stay, and a new resource of the same name finds its data again. false: the data is deleted with the resource. */
  retain: boolean
}

/** When the primary refuses writes because too few replicas follow. */
export interface RedisWrites {
  /** How many replicas must be connected for the primary to take a write (min-replicas-to-write). Less than instances. Orlop lowers it to the replicas that are there, so that it bounds what an isolated primary accepts and does not stop writes. Default: 0 for profile cache; 1 for profile store, 0 if it has one instance. */
  minReplicas?: number
  /** After how many seconds without a sign of life a replica no longer counts (min-replicas-max-lag). Whole seconds. */
  maxLag: string
}

/** The password. */
export interface RedisAuth {
  /** Secret of this namespace whose key password holds the password. Empty: Orlop makes NAME-auth with a random one. The servers read it when they start: after a change of the Secret restart them. */
  secretName: string
  /** true: no password at all; whoever reaches the port reads and writes everything. */
  disabled: boolean
}

/** Encryption of connections. */
export interface RedisTls {
  /** Secret with tls.crt, tls.key and ca.crt. Empty: no TLS, unless issuerRef is given. */
  secretName: string
  /** cert-manager issuer that signs a certificate for this resource; null for none. */
  issuerRef?: RedisTlsIssuerRef | null
}

/** cert-manager issuer that signs a certificate for this resource; null for none. */
export interface RedisTlsIssuerRef {
  /** Name of the issuer. */
  name: string
  /** Issuer of this namespace, or ClusterIssuer. */
  kind: 'Issuer' | 'ClusterIssuer'
  /** API group of the issuer. */
  group: string
}

/** The Services through which clients connect. */
export interface RedisService {
  /** Type of the Services NAME (writes) and NAME-ro (reads). ClusterIP: reachable inside the cluster only. NodePort and LoadBalancer open the port to the outside. */
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer'
  /** Annotations of these Services, such as those that a cloud reads for its load balancers. */
  annotations: Record<string, string>
}

/** Where the pods run. */
export interface RedisPlacement {
  /** How far instances keep apart. zone: across zones, and across nodes within one. node: across nodes. none: anywhere. A preference: a cluster with one node still runs them all. */
  spread: 'zone' | 'node' | 'none'
  /** Only nodes with the label orlop.dev/dedicated of this value; a taint of the same key and value is tolerated. Empty: any node. */
  dedicated: string
  /** Labels that a node must have. */
  nodeSelector: Record<string, string>
  /** Taints that the pods tolerate, as in a pod. */
  tolerations: RedisPlacementToleration[]
  /** Affinity of the pods, handed on as it is; as in a pod. */
  affinity: Record<string, unknown>
  /** Priority class of the pods. Empty: the default of the cluster. */
  priorityClassName: string
}

export interface RedisPlacementToleration {
  /** Key of the taint. Left out with operator Exists: every taint. */
  key?: string
  /** Equal (the default of Kubernetes) or Exists. */
  operator?: 'Exists' | 'Equal'
  /** Value of the taint, with operator Equal. */
  value?: string
  /** Effect of the taint; left out: every effect. */
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  /** Seconds that a NoExecute taint is tolerated; left out: for ever. */
  tolerationSeconds?: number
}

/** Requests and limits of the data container; what is left out follows from memory. */
export interface RedisResources {
  /** What is set aside for the data container. Default: memory as in limits, and 100m of cpu. */
  requests?: RedisResourcesRequests
  /** What the data container may use at most. Default: memory so that spec.memory is 70 % of it, and no limit of cpu. A memory limit of which spec.memory is more than 70 % is refused: buffers, fragmentation and the copy during a save would get the instance killed. */
  limits?: RedisResourcesLimits
}

/** What is set aside for the data container. Default: memory as in limits, and 100m of cpu. */
export interface RedisResourcesRequests {
  /** Cores that the scheduler sets aside for an instance, such as 500m or 2. */
  cpu?: number | string
  /** Memory that the scheduler sets aside for an instance, such as 512Mi. */
  memory?: string
  /** Local disk that the scheduler sets aside for an instance, such as 1Gi. */
  'ephemeral-storage'?: string
}

/** What the data container may use at most. Default: memory so that spec.memory is 70 % of it, and no limit of cpu. A memory limit of which spec.memory is more than 70 % is refused: buffers, fragmentation and the copy during a save would get the instance killed. */
export interface RedisResourcesLimits {
  /** Cores that an instance may use at most, such as 500m or 2. */
  cpu?: number | string
  /** Memory that an instance may use at most, such as 512Mi. */
  memory?: string
  /** Local disk that an instance may use at most, such as 1Gi. */
  'ephemeral-storage'?: string
}

/** Additions to the pods. */
export interface RedisPod {
  /** Further labels of the pods; not those under orlop.dev and app.kubernetes.io, which are Orlop's own. */
  labels: Record<string, string>
  /** Further annotations of the pods. */
  annotations: Record<string, string>
  /** Secrets with which the image is pulled from a private registry. */
  imagePullSecrets: RedisPodImagePullSecret[]
  /** Service account of the pods; they get no token of it. Empty: the default of the namespace. */
  serviceAccountName: string
}

export interface RedisPodImagePullSecret {
  /** Name of the Secret. */
  name: string
}

/** Metrics for Prometheus. */
export interface RedisMonitoring {
  /** true: a container beside each instance serves its metrics to Prometheus. */
  exporter: boolean
}

/** Which pods may connect. */
export interface RedisNetworkPolicy {
  /** true: only the pods in allow, the pods of this resource and Orlop reach the instances. */
  enabled: boolean
  /** Who may connect, in the form of the peers of a NetworkPolicy. Empty: nobody else. */
  allow: RedisNetworkPolicyAllow[]
}

export interface RedisNetworkPolicyAllow {
  /** Label selector of namespaces; as in a NetworkPolicy. */
  namespaceSelector?: Record<string, unknown>
  /** Label selector of pods; as in a NetworkPolicy. */
  podSelector?: Record<string, unknown>
  /** Range of addresses (cidr, except); as in a NetworkPolicy. */
  ipBlock?: Record<string, unknown>
}

export interface RedisSpecInput {
  /** The server: redis or valkey. */
  engine?: 'redis' | 'valkey' | undefined
  /** Version of the engine, in quotes: "7.2", or "7.2.5" for one patch release. redis: 6.2, 7.0, 7.2, 7.4, 8.0. valkey: 7.2, 8.0, 8.1, 9.0, 9.1. It decides the image and which directives exist. A change restarts the instances one by one. */
  version?: string | undefined
  /** Image instead of the one that follows from engine and version; a digest is welcome. version must say what is in it. */
  image?: string | undefined
  /** What the data is. cache: it can be computed again; nothing on disk, the least used keys make room (allkeys-lru). store: it must not get lost; an append-only file, no eviction (noeviction), and writes only while a replica follows. Only the defaults of eviction, persistence and writes follow from it. */
  profile?: 'cache' | 'store' | undefined
  /** Pods that hold the data: one primary, and instances-1 replicas of it. */
  instances?: number | undefined
  /** Who promotes a replica when the primary is lost. */
  failover?: RedisFailoverInput | undefined
  /** Room for the dataset of one instance (maxmemory), such as 256Mi. At least 1Mi. The memory limit of the container follows from it: the dataset is at most 70 % of it. */
  memory: string
  /** What happens when memory is full (maxmemory-policy). noeviction: writes fail. allkeys-*: any key may go. volatile-*: only keys with an expiry. Default: allkeys-lru for profile cache, noeviction for profile store. */
  eviction?: 'noeviction' | 'allkeys-lru' | 'allkeys-lfu' | 'allkeys-random' | 'volatile-lru' | 'volatile-lfu' | 'volatile-random' | 'volatile-ttl'
  /** What is written to disk, when, and where. */
  persistence?: RedisPersistenceInput | undefined
  /** When the primary refuses writes because too few replicas follow. */
  writes?: RedisWritesInput | undefined
  /** Directives of redis.conf by name, values in quotes: {hz: "20"}. Any directive of this engine and version, checked by name, type and range before a pod is touched; those that Orlop owns are refused and say which field to use. What can change live is changed live, the rest restarts the instances one by one. */
  config?: Record<string, string> | undefined
  /** The password. */
  auth?: RedisAuthInput | undefined
  /** Encryption of connections. */
  tls?: RedisTlsInput | undefined
  /** The Services through which clients connect. */
  service?: RedisServiceInput | undefined
  /** Where the pods run. */
  placement?: RedisPlacementInput | undefined
  /** Requests and limits of the data container; what is left out follows from memory. */
  resources?: RedisResourcesInput | undefined
  /** Additions to the pods. */
  pod?: RedisPodInput | undefined
  /** Metrics for Prometheus. */
  monitoring?: RedisMonitoringInput | undefined
  /** Which pods may connect. */
  networkPolicy?: RedisNetworkPolicyInput | undefined
  /** true: Orlop looks and reports, and touches nothing. Kubernetes still replaces lost pods. */
  paused?: boolean | undefined
}

/** Who promotes a replica when the primary is lost. */
export interface RedisFailoverInput {
  /** Who promotes a replica when the primary is lost. sentinel: a group of Redis Sentinels, also while Orlop is down. operator: Orlop itself, without further pods. none: nobody; writes stop until the primary is back. Default: none at 1 instance, sentinel from 2 instances. */
  mode?: 'sentinel' | 'operator' | 'none'
  /** Settings of the Sentinels; only with failover.mode sentinel. */
  sentinel?: RedisFailoverSentinelInput
}

/** Settings of the Sentinels; only with failover.mode sentinel. */
export interface RedisFailoverSentinelInput {
  /** How many Sentinels watch the dataset. Three survive the loss of one, five the loss of two. */
  instances?: number | undefined
  /** Where the Sentinels run. separate: in pods of their own, so that a node takes either a Sentinel or data with it. sidecar: beside each instance, without pods of their own. */
  placement?: 'separate' | 'sidecar' | undefined
  /** How many Sentinels must agree that the primary is down before a failover starts. At most sentinel.instances; the failover itself always takes a majority. */
  quorum?: number | undefined
  /** How long the primary may stay silent before a Sentinel holds it for down. Shorter fails over sooner, and also when the primary was only slow. */
  downAfter?: string | undefined
  /** How long a failover may take; after a failed one, Sentinel waits twice this long before the next attempt. */
  failoverTimeout?: string | undefined
  /** How many replicas copy from the new primary at once. One keeps the others readable for longer. */
  parallelSyncs?: number | undefined
}

/** What is written to disk, when, and where. */
export interface RedisPersistenceInput {
  /** What is written to disk. none: nothing, a restart is empty unless a replica has the data. rdb: a snapshot now and then. aof: every write, appended. rdb+aof: both. Default: none for profile cache, aof for profile store. It cannot change between none and the others once instances exist. */
  mode?: 'none' | 'rdb' | 'aof' | 'rdb+aof'
  /** When appended writes are forced to disk (appendfsync). everysec: a crash of the node loses about a second. always: every write waits for the disk. no: when the kernel likes. Only with aof. */
  fsync?: 'everysec' | 'always' | 'no' | undefined
  /** When a snapshot is taken: pairs of seconds and changes, "900 1" meaning after 900 seconds if at least 1 key changed. Empty: never by itself. Only with rdb. */
  save?: string | undefined
  /** The volume of each instance; made only when persistence.mode is not none. */
  storage?: RedisPersistenceStorageInput
}

/** The volume of each instance; made only when persistence.mode is not none. */
export interface RedisPersistenceStorageInput {
  /** Size of the volume of each instance, such as 5Gi. It can grow, where the storage class allows it, and never shrink. Default: three times memory, rounded up to whole Gi, because rewriting an append-only file needs room for a second copy. */
  size?: string
  /** Storage class of the volumes. Empty: the default class of the cluster. It cannot be changed afterwards. */
  storageClassName?: string | undefined
  /** Whether the volumes stay when this resource is deleted. true: they stay, and a new resource of the same name finds its data again. false: the data is deleted with the resource. */
  retain?: boolean | undefined
}

/** When the primary refuses writes because too few replicas follow. */
export interface RedisWritesInput {
  /** How many replicas must be connected for the primary to take a write (min-replicas-to-write). Less than instances. Orlop lowers it to the replicas that are there, so that it bounds what an isolated primary accepts and does not stop writes. Default: 0 for profile cache; 1 for profile store, 0 if it has one instance. */
  minReplicas?: number
  /** After how many seconds without a sign of life a replica no longer counts (min-replicas-max-lag). Whole seconds. */
  maxLag?: string | undefined
}

/** The password. */
export interface RedisAuthInput {
  /** Secret of this namespace whose key password holds the password. Empty: Orlop makes NAME-auth with a random one. The servers read it when they start: after a change of the Secret restart them. */
  secretName?: string | undefined
  /** true: no password at all; whoever reaches the port reads and writes everything. */
  disabled?: boolean | undefined
}

/** Encryption of connections. */
export interface RedisTlsInput {
  /** Secret with tls.crt, tls.key and ca.crt. Empty: no TLS, unless issuerRef is given. */
  secretName?: string | undefined
  /** cert-manager issuer that signs a certificate for this resource; null for none. */
  issuerRef?: RedisTlsIssuerRefInput | null
}

/** cert-manager issuer that signs a certificate for this resource; null for none. */
export interface RedisTlsIssuerRefInput {
  /** Name of the issuer. */
  name: string
  /** Issuer of this namespace, or ClusterIssuer. */
  kind?: 'Issuer' | 'ClusterIssuer' | undefined
  /** API group of the issuer. */
  group?: string | undefined
}

/** The Services through which clients connect. */
export interface RedisServiceInput {
  /** Type of the Services NAME (writes) and NAME-ro (reads). ClusterIP: reachable inside the cluster only. NodePort and LoadBalancer open the port to the outside. */
  type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | undefined
  /** Annotations of these Services, such as those that a cloud reads for its load balancers. */
  annotations?: Record<string, string> | undefined
}

/** Where the pods run. */
export interface RedisPlacementInput {
  /** How far instances keep apart. zone: across zones, and across nodes within one. node: across nodes. none: anywhere. A preference: a cluster with one node still runs them all. */
  spread?: 'zone' | 'node' | 'none' | undefined
  /** Only nodes with the label orlop.dev/dedicated of this value; a taint of the same key and value is tolerated. Empty: any node. */
  dedicated?: string | undefined
  /** Labels that a node must have. */
  nodeSelector?: Record<string, string> | undefined
  /** Taints that the pods tolerate, as in a pod. */
  tolerations?: RedisPlacementTolerationInput[] | undefined
  /** Affinity of the pods, handed on as it is; as in a pod. */
  affinity?: Record<string, unknown> | undefined
  /** Priority class of the pods. Empty: the default of the cluster. */
  priorityClassName?: string | undefined
}

export interface RedisPlacementTolerationInput {
  /** Key of the taint. Left out with operator Exists: every taint. */
  key?: string
  /** Equal (the default of Kubernetes) or Exists. */
  operator?: 'Exists' | 'Equal'
  /** Value of the taint, with operator Equal. */
  value?: string
  /** Effect of the taint; left out: every effect. */
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  /** Seconds that a NoExecute taint is tolerated; left out: for ever. */
  tolerationSeconds?: number
}

/** Requests and limits of the data container; what is left out follows from memory. */
export interface RedisResourcesInput {
  /** What is set aside for the data container. Default: memory as in limits, and 100m of cpu. */
  requests?: RedisResourcesRequestsInput
  /** What the data container may use at most. Default: memory so that spec.memory is 70 % of it, and no limit of cpu. A memory limit of which spec.memory is more than 70 % is refused: buffers, fragmentation and the copy during a save would get the instance killed. */
  limits?: RedisResourcesLimitsInput
}

/** What is set aside for the data container. Default: memory as in limits, and 100m of cpu. */
export interface RedisResourcesRequestsInput {
  /** Cores that the scheduler sets aside for an instance, such as 500m or 2. */
  cpu?: number | string
  /** Memory that the scheduler sets aside for an instance, such as 512Mi. */
  memory?: string
  /** Local disk that the scheduler sets aside for an instance, such as 1Gi. */
  'ephemeral-storage'?: string
}

/** What the data container may use at most. Default: memory so that spec.memory is 70 % of it, and no limit of cpu. A memory limit of which spec.memory is more than 70 % is refused: buffers, fragmentation and the copy during a save would get the instance killed. */
export interface RedisResourcesLimitsInput {
  /** Cores that an instance may use at most, such as 500m or 2. */
  cpu?: number | string
  /** Memory that an instance may use at most, such as 512Mi. */
  memory?: string
  /** Local disk that an instance may use at most, such as 1Gi. */
  'ephemeral-storage'?: string
}

/** Additions to the pods. */
export interface RedisPodInput {
  /** Further labels of the pods; not those under orlop.dev and app.kubernetes.io, which are Orlop's own. */
  labels?: Record<string, string> | undefined
  /** Further annotations of the pods. */
  annotations?: Record<string, string> | undefined
  /** Secrets with which the image is pulled from a private registry. */
  imagePullSecrets?: RedisPodImagePullSecretInput[] | undefined
  /** Service account of the pods; they get no token of it. Empty: the default of the namespace. */
  serviceAccountName?: string | undefined
}

export interface RedisPodImagePullSecretInput {
  /** Name of the Secret. */
  name: string
}

/** Metrics for Prometheus. */
export interface RedisMonitoringInput {
  /** true: a container beside each instance serves its metrics to Prometheus. */
  exporter?: boolean | undefined
}

/** Which pods may connect. */
export interface RedisNetworkPolicyInput {
  /** true: only the pods in allow, the pods of this resource and Orlop reach the instances. */
  enabled?: boolean | undefined
  /** Who may connect, in the form of the peers of a NetworkPolicy. Empty: nobody else. */
  allow?: RedisNetworkPolicyAllowInput[] | undefined
}

export interface RedisNetworkPolicyAllowInput {
  /** Label selector of namespaces; as in a NetworkPolicy. */
  namespaceSelector?: Record<string, unknown>
  /** Label selector of pods; as in a NetworkPolicy. */
  podSelector?: Record<string, unknown>
  /** Range of addresses (cidr, except); as in a NetworkPolicy. */
  ipBlock?: Record<string, unknown>
}

export interface RedisStatus {
  /** The metadata.generation that this status is about. */
  observedGeneration?: number
  /** One sentence for people: Healthy, or what is going on. */
  phase?: string
  /** For programs: Ready is True when a client can connect and write. */
  conditions?: RedisStatusCondition[]
  /** Each instance as it was last seen. */
  instances?: RedisStatusInstance[]
  /** Instances that are ready. */
  readyInstances?: number
  /** Instances that exist; what the scale subresource reports. */
  currentInstances?: number
  /** Ready and wanted instances, such as 2/3. */
  instancesReady?: string
  /** Label selector of the instances, for the scale subresource. */
  selector?: string
  /** Pod of the primary. */
  primary?: string
  /** Where clients connect. */
  endpoints?: RedisStatusEndpoints
  /** Secret with everything a client needs, in the form of the Service Binding specification. */
  binding?: RedisStatusBinding
  /** The last change of primary, planned or not. */
  lastFailover?: RedisStatusLastFailover
  /** Used and granted memory of the primary, such as 45Mi/256Mi. */
  memory?: string
  /** The slowest replica and its lag, such as 1s or 1.2MB. */
  lag?: string
}

export interface RedisStatusCondition {
  /** Ready, Progressing, Degraded or Paused. */
  type: string
  /** True, False or Unknown. */
  status: 'True' | 'False' | 'Unknown'
  /** A code in CamelCase that programs can rely on. */
  reason: string
  /** One sentence for people. */
  message: string
  /** When status last changed. */
  lastTransitionTime: string
  /** The metadata.generation that this was said about. */
  observedGeneration?: number
}

export interface RedisStatusInstance {
  /** Name of the pod. */
  pod: string
  /** What the server says it is; unknown when it did not answer. */
  role: 'primary' | 'replica' | 'unknown'
  /** Zone of its node, where nodes say so. */
  zone?: string
  /** Version that the server reports. */
  version?: string
  /** In one word or a short sentence: Ready, Loading, Syncing, or why it is not. */
  state: string
  /** Seconds since the primary last heard from this replica: up to 2 counts as 0, more is rounded up to a power of two. */
  lag?: number
}

/** Where clients connect. */
export interface RedisStatusEndpoints {
  /** Host and port for writes and reads: the primary. */
  writes: string
  /** Host and port for reads that may lag: ready replicas, or the primary where there is none. */
  reads: string
  /** Host and port of the headless Service that names every instance. */
  nodes: string
}

/** Secret with everything a client needs, in the form of the Service Binding specification. */
export interface RedisStatusBinding {
  /** Name of the Secret. */
  name: string
}

/** The last change of primary, planned or not. */
export interface RedisStatusLastFailover {
  /** Pod that was the primary, if it was known. */
  from?: string
  /** Pod that became the primary. */
  to: string
  /** Why: a code in CamelCase. */
  reason: string
  /** When the new primary was seen. */
  at: string
  /** How long it took, in seconds, from the first sign to the new primary. */
  seconds?: number
}
