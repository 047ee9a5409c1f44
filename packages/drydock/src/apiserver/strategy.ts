import { assignAddresses } from './addresses/service-addresses.ts'
import {
  checkOnlyDefault,
  keepPriority,
  resolvePriority,
  validatePriorityClass,
  validatePriorityClassUpdate,
} from './admission/priority.ts'
import { mountServiceAccount } from './admission/service-account.ts'
import { type Api, timestamp } from './api.ts'
import { defaultAutoscaler, defaultAutoscalerV1 } from './autoscaler/defaults.ts'
import { validateAutoscaler, validateAutoscalerV1 } from './autoscaler/validation.ts'
import { customStrategy } from './custom/custom-strategy.ts'
import { definitionStrategy } from './custom/definition-strategy.ts'
import { defaultSecret, labelWithName } from './defaults/config.ts'
import { defaultEndpointSlice, defaultEndpoints, defaultNetworkPolicy } from './defaults/networking.ts'
import { defaultRunningPodSpec } from './defaults/pod-spec.ts'
import { pendingStatus } from './defaults/pod-status.ts'
import { defaultBinding, defaultPriorityClass } from './defaults/policy.ts'
import { defaultService, pairAddresses, prepareServiceUpdate } from './defaults/service.ts'
import {
  chooseClass,
  defaultClaim,
  defaultDriver,
  defaultStorageClass,
  defaultVolume,
} from './defaults/storage.ts'
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
  selectOwnPods,
} from './defaults/workloads.ts'
import { type KindInfo, qualifiedResource } from './kinds.ts'
import { type ApiObject, ensureObject, objectAt, objectsAt, setDefault } from './object.ts'
import type { Cause } from './status.ts'
import { validateRole, validateRoleBinding, validateRoleBindingUpdate } from './validation/access.ts'
import {
  validateLimits,
  validateNamespace,
  validateNamespaceStatus,
  validateNode,
  validateNodeUpdate,
  validateQuota,
} from './validation/cluster.ts'
import {
  validateConfigMap,
  validateImmutable,
  validateSecret,
  validateSecretUpdate,
} from './validation/config.ts'
import { validateCronJob } from './validation/cron-job.ts'
import {
  validateEndpointSlice,
  validateEndpointSliceUpdate,
  validateEndpoints,
} from './validation/endpoints.ts'
import { validateEvent, validateEventUpdate } from './validation/events.ts'
import { validateJob, validateJobUpdate } from './validation/job.ts'
import { validateIngress, validateNetworkPolicy } from './validation/networking.ts'
import { validatePod, validatePodUpdate } from './validation/pod.ts'
import { validateBudget, validateLease } from './validation/policy.ts'
import { validateService, validateServiceUpdate } from './validation/service.ts'
import { validateStatefulSet } from './validation/stateful-set.ts'
import {
  validateClaim,
  validateClaimUpdate,
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolume,
  validateVolumeUpdate,
} from './validation/storage.ts'
import {
  keepSelector,
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateStatefulSetUpdate,
} from './validation/workloads.ts'

/** What is special about writing objects of one kind. Functions without a result change the object they are given. */
export interface Strategy {
  /** Fields that only the server sets, on creation: an initial status, an address. */
  prepareCreate?(object: ApiObject, api: Api): void
  /** The same on update; also puts back what a client may leave out. */
  prepareUpdate?(object: ApiObject, old: ApiObject, api: Api): void
  /** Fills in defaults; on creation and on every update. */
  defaults?(object: ApiObject, api: Api): void
  /** Objections to the object itself. */
  validate?(object: ApiObject, old: ApiObject | undefined, api: Api): Cause[]
  /** Objections to the change. */
  validateUpdate?(object: ApiObject, old: ApiObject, api: Api): Cause[]
  /** Objections to a change of the status alone. */
  validateStatus?(object: ApiObject, old: ApiObject, api: Api): Cause[]
}

function withFinalizer(object: ApiObject, name: string): void {
  const finalizers = object.metadata.finalizers ?? []
  if (!finalizers.includes(name)) object.metadata.finalizers = [...finalizers, name]
}

const emptyStatus = (object: ApiObject) => {
  object.status = {}
}
const workload = { prepareCreate: emptyStatus, validateUpdate: keepSelector }
const role = { validate: validateRole }
const binding = {
  defaults: defaultBinding,
  validate: validateRoleBinding,
  validateUpdate: validateRoleBindingUpdate,
}
const event = { validate: validateEvent, validateUpdate: validateEventUpdate }

const strategies: ReadonlyMap<string, Strategy> = new Map<string, Strategy>([
  [
    'pods',
    {
      defaults: (object) => defaultRunningPodSpec(ensureObject(object, 'spec')),
      prepareCreate: (object, api) => {
        resolvePriority(object, api)
        mountServiceAccount(object, api)
        object.status = pendingStatus(objectAt(object, 'spec') ?? {})
      },
      prepareUpdate: keepPriority,
      validate: (object, old) => (old === undefined ? validatePod(object) : []),
      validateUpdate: validatePodUpdate,
    },
  ],
  [
    'namespaces',
    {
      defaults: labelWithName,
      prepareCreate: (object) => {
        object.spec = { finalizers: ['kubernetes'] }
        object.status = { phase: 'Active' }
      },
      // Only the subresource finalize takes these away.
      prepareUpdate: (object, old) => {
        labelWithName(object)
        object.spec = structuredClone(old.spec)
      },
      validate: validateNamespace,
      validateStatus: validateNamespaceStatus,
    },
  ],
  ['events', event],
  ['events.events.k8s.io', event],
  ['resourcequotas', { validate: validateQuota }],
  ['limitranges', { validate: validateLimits }],
  [
    'services',
    {
      defaults: defaultService,
      prepareCreate: (object, api) => {
        object.status = { loadBalancer: {} }
        pairAddresses(object)
        assignAddresses(object, undefined, api)
      },
      prepareUpdate: (object, old, api) => {
        prepareServiceUpdate(object, old)
        assignAddresses(object, old, api)
      },
      validate: validateService,
      validateUpdate: validateServiceUpdate,
    },
  ],
  ['configmaps', { validate: validateConfigMap, validateUpdate: validateImmutable }],
  ['secrets', { defaults: defaultSecret, validate: validateSecret, validateUpdate: validateSecretUpdate }],
  ['endpoints', { defaults: defaultEndpoints, validate: validateEndpoints }],
  [
    'persistentvolumeclaims',
    {
      defaults: defaultClaim,
      prepareCreate: (object, api) => {
        object.status = { phase: 'Pending' }
        withFinalizer(object, 'kubernetes.io/pvc-protection')
        chooseClass(object, api)
      },
      validate: validateClaim,
      validateUpdate: validateClaimUpdate,
    },
  ],
  [
    'persistentvolumes',
    {
      defaults: defaultVolume,
      prepareCreate: (object, api) => {
        object.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(api.clock.now()) }
        withFinalizer(object, 'kubernetes.io/pv-protection')
      },
      validate: validateVolume,
      validateUpdate: validateVolumeUpdate,
    },
  ],
  [
    'nodes',
    {
      prepareCreate: (object) => {
        keepPodsAway(object)
        ensureObject(object, 'status')
      },
      validate: validateNode,
      validateUpdate: validateNodeUpdate,
    },
  ],
  ['replicationcontrollers', { defaults: defaultReplicationController, prepareCreate: startEmpty }],
  ['csidrivers.storage.k8s.io', { defaults: defaultDriver }],
  ['deployments.apps', { ...workload, defaults: defaultDeployment, validate: validateDeployment }],
  [
    'replicasets.apps',
    { ...workload, defaults: defaultReplicaSet, prepareCreate: startEmpty, validate: validateReplicaSet },
  ],
  ['daemonsets.apps', { ...workload, defaults: defaultDaemonSet, validate: validateDaemonSet }],
  [
    'statefulsets.apps',
    {
      defaults: defaultStatefulSet,
      prepareCreate: (object) => {
        object.status = { replicas: 0, availableReplicas: 0 }
        setDefault(ensureObject(object, 'spec'), 'serviceName', '')
      },
      validate: validateStatefulSet,
      validateUpdate: validateStatefulSetUpdate,
    },
  ],
  [
    'jobs.batch',
    {
      defaults: defaultJob,
      prepareCreate: (object) => {
        object.status = {}
        selectOwnPods(object)
      },
      validate: validateJob,
      validateUpdate: validateJobUpdate,
    },
  ],
  ['cronjobs.batch', { defaults: defaultCronJob, prepareCreate: emptyStatus, validate: validateCronJob }],
  ['poddisruptionbudgets.policy', { prepareCreate: startUncounted, validate: validateBudget }],
  [
    'horizontalpodautoscalers.autoscaling',
    { defaults: defaultAutoscaler, prepareCreate: unscaled, validate: validateAutoscaler },
  ],
  [
    'horizontalpodautoscalers.autoscaling/v1',
    { defaults: defaultAutoscalerV1, prepareCreate: unscaled, validate: validateAutoscalerV1 },
  ],
  ['networkpolicies.networking.k8s.io', { defaults: defaultNetworkPolicy, validate: validateNetworkPolicy }],
  [
    'ingresses.networking.k8s.io',
    {
      prepareCreate: (object) => {
        object.status = { loadBalancer: {} }
      },
      validate: validateIngress,
    },
  ],
  [
    'endpointslices.discovery.k8s.io',
    {
      defaults: defaultEndpointSlice,
      validate: validateEndpointSlice,
      validateUpdate: validateEndpointSliceUpdate,
    },
  ],
  [
    'storageclasses.storage.k8s.io',
    {
      defaults: defaultStorageClass,
      validate: validateStorageClass,
      validateUpdate: validateStorageClassUpdate,
    },
  ],
  ['roles.rbac.authorization.k8s.io', role],
  ['clusterroles.rbac.authorization.k8s.io', role],
  ['rolebindings.rbac.authorization.k8s.io', binding],
  ['clusterrolebindings.rbac.authorization.k8s.io', binding],
  [
    'priorityclasses.scheduling.k8s.io',
    {
      defaults: defaultPriorityClass,
      prepareCreate: checkOnlyDefault,
      prepareUpdate: (object, _old, api) => checkOnlyDefault(object, api),
      validate: validatePriorityClass,
      validateUpdate: validatePriorityClassUpdate,
    },
  ],
  ['leases.coordination.k8s.io', { validate: validateLease }],
  ['customresourcedefinitions.apiextensions.k8s.io', definitionStrategy],
])

/** Fields of a status that are shown although they are zero. */
function startEmpty(object: ApiObject): void {
  object.status = { replicas: 0 }
}

function unscaled(object: ApiObject): void {
  object.status = { desiredReplicas: 0, currentMetrics: null }
}

function startUncounted(object: ApiObject): void {
  object.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }
}

/** Until its conditions are known (plugin/pkg/admission/nodetaint). */
function keepPodsAway(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  const taints = objectsAt(spec, 'taints')
  const has = taints.some(({ key, effect }) => key === taint.key && effect === taint.effect)
  if (!has) spec.taints = [...taints, taint]
}

const none: Strategy = {}

/** How objects of a kind are written; those of one version in a way of its own where there is one. */
export function strategyFor(kind: KindInfo): Strategy {
  if (kind.crd !== undefined) return customStrategy(kind)
  const resource = qualifiedResource(kind)
  return strategies.get(`${resource}/${kind.version}`) ?? strategies.get(resource) ?? none
}

/** Kinds whose `metadata.generation` counts the changes of their spec, besides all custom kinds. */
const counted: ReadonlySet<string> = new Set([
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'replicasets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'poddisruptionbudgets.policy',
  'networkpolicies.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'endpointslices.discovery.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'replicationcontrollers',
  'customresourcedefinitions.apiextensions.k8s.io',
])

export function countsGeneration(kind: KindInfo): boolean {
  return kind.crd !== undefined || counted.has(qualifiedResource(kind))
}
