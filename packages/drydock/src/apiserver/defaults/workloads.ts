import { type ApiObject, ensureObject, type JsonObject, objectAt, objectsAt, setDefault } from '../object.ts'
import { defaultPodSpec } from './pod-spec.ts'
import { defaultClaimSpec } from './storage.ts'

/** k8s.io/kubernetes pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go. */
function defaultTemplate(spec: JsonObject): void {
  defaultPodSpec(ensureObject(ensureObject(spec, 'template'), 'spec'))
}

export function defaultDeployment(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  defaultTemplate(spec)
  setDefault(spec, 'replicas', 1)
  setDefault(spec, 'revisionHistoryLimit', 10)
  setDefault(spec, 'progressDeadlineSeconds', 600)
  const strategy = ensureObject(spec, 'strategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type !== 'RollingUpdate') return
  const rolling = ensureObject(strategy, 'rollingUpdate')
  setDefault(rolling, 'maxUnavailable', '25%')
  setDefault(rolling, 'maxSurge', '25%')
}

export function defaultStatefulSet(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  defaultTemplate(spec)
  setDefault(spec, 'podManagementPolicy', 'OrderedReady')
  const strategy = ensureObject(spec, 'updateStrategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type === 'RollingUpdate') setDefault(ensureObject(strategy, 'rollingUpdate'), 'partition', 0)
  const retention = ensureObject(spec, 'persistentVolumeClaimRetentionPolicy')
  setDefault(retention, 'whenDeleted', 'Retain')
  setDefault(retention, 'whenScaled', 'Retain')
  setDefault(spec, 'replicas', 1)
  setDefault(spec, 'revisionHistoryLimit', 10)
  for (const claim of objectsAt(spec, 'volumeClaimTemplates')) {
    setDefault(claim, 'apiVersion', 'v1')
    setDefault(claim, 'kind', 'PersistentVolumeClaim')
    defaultClaimSpec(ensureObject(claim, 'spec'))
    setDefault(ensureObject(claim, 'status'), 'phase', 'Pending')
  }
}

export function defaultReplicaSet(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  defaultTemplate(spec)
  setDefault(spec, 'replicas', 1)
}

export function defaultDaemonSet(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  defaultTemplate(spec)
  setDefault(spec, 'revisionHistoryLimit', 10)
  const strategy = ensureObject(spec, 'updateStrategy')
  setDefault(strategy, 'type', 'RollingUpdate')
  if (strategy.type !== 'RollingUpdate') return
  const rolling = ensureObject(strategy, 'rollingUpdate')
  setDefault(rolling, 'maxUnavailable', 1)
  setDefault(rolling, 'maxSurge', 0)
}

export function defaultJob(object: ApiObject): void {
  defaultJobSpec(ensureObject(object, 'spec'))
}

function defaultJobSpec(spec: JsonObject): void {
  defaultTemplate(spec)
  for (const rule of objectsAt(spec, 'podFailurePolicy', 'rules')) {
    for (const condition of objectsAt(rule, 'onPodConditions')) setDefault(condition, 'status', 'True')
  }
  // Neither given means one pod; only parallelism given means a work queue of unknown length.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  setDefault(spec, 'parallelism', 1)
  setDefault(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2147483647)
  setDefault(spec, 'completionMode', 'NonIndexed')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'manualSelector', false)
  setDefault(
    spec,
    'podReplacementPolicy',
    spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  )
}

/** A Job selects its pods by its own uid, unless it was told to select by hand. */
export function selectOwnPods(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  if (spec.manualSelector === true) return
  const { uid = '', name } = object.metadata
  const labels = ensureObject(ensureObject(ensureObject(spec, 'template'), 'metadata'), 'labels')
  const own = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
  const ids = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  Object.assign(labels, ids)
  Object.assign(ensureObject(ensureObject(spec, 'selector'), 'matchLabels'), {
    'batch.kubernetes.io/controller-uid': uid,
  })
  // Those of its pods are its own where it has none (SetDefaults_Job).
  if (Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = { ...own, ...ids }
}

export function defaultCronJob(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'concurrencyPolicy', 'Allow')
  setDefault(spec, 'suspend', false)
  setDefault(spec, 'successfulJobsHistoryLimit', 3)
  setDefault(spec, 'failedJobsHistoryLimit', 1)
  const template = ensureObject(spec, 'jobTemplate')
  const jobSpec = ensureObject(template, 'spec')
  // These two are always shown.
  ensureObject(template, 'metadata')
  ensureObject(ensureObject(jobSpec, 'template'), 'metadata')
  defaultTemplate(jobSpec)
}

/** pkg/apis/core/v1/defaults.go `SetDefaults_ReplicationController`. */
export function defaultReplicationController(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  defaultTemplate(spec)
  setDefault(spec, 'replicas', 1)
  const labels = objectAt(spec, 'template', 'metadata', 'labels')
  if (labels === undefined) return
  if (Object.keys(objectAt(spec, 'selector') ?? {}).length === 0) spec.selector = { ...labels }
  if (Object.keys(object.metadata.labels ?? {}).length === 0)
    object.metadata.labels = Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [key, String(value)]),
    )
}
