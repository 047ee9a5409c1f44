import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, ensureObject, isObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { ApiError, badRequest, conflict, tooManyRequests } from '../status.ts'
import { selects } from '../validation/selector.ts'
import { findRecord } from '../verbs/read.ts'
import { deleteObject } from '../writes/delete-object.ts'
import { deleteOptions } from '../writes/delete-options.ts'
import { store } from '../writes/stored.ts'

const success: Answer = {
  as: 'json',
  code: 201,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
}

/** A deletion that the pod's disruption budget has a say in: pkg/registry/core/pod/storage/eviction.go. */
export function evict(api: Api, request: ResourceRequest): Answer {
  const pod = findRecord(api, request).object
  const body = isObject(request.body) ? request.body : {}
  const named = stringAt(body, 'metadata', 'name')
  if (named !== undefined && named !== request.name) {
    throw badRequest('name in URL does not match name in Eviction object')
  }
  const options = deleteOptions({ ...request, body: objectAt(body, 'deleteOptions') ?? {} })
  const budget = isFree(pod) ? undefined : budgetOf(api, pod)
  if (budget !== undefined) spend(api, budget, pod, options.dryRun)
  // Why it goes is for its owner to read: a Job does not count an eviction as a failure.
  if (!options.dryRun && pod.metadata.deletionTimestamp === undefined) {
    checkUid(pod, options.uid)
    markDisrupted(api, request.kind, pod)
  }
  deleteObject(api, request.kind, findRecord(api, request).object, options)
  return success
}

/** Pods that serve nobody: evicting them costs no availability. */
function isFree(pod: ApiObject): boolean {
  const phase = stringAt(pod, 'status', 'phase')
  return (
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    phase === 'Pending' ||
    pod.metadata.deletionTimestamp !== undefined
  )
}

function budgetOf(api: Api, pod: ApiObject): ApiObject | undefined {
  const budgets = api.storage
    .list('policy/poddisruptionbudgets', pod.metadata.namespace ?? '')
    .map((record) => record.object)
    .filter((budget) => {
      const selector = objectAt(budget, 'spec', 'selector')
      return selector !== undefined && selects(selector, pod.metadata.labels ?? {})
    })
  if (budgets.length > 1) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
    throw new ApiError(500, '', message)
  }
  return budgets[0]
}

/** Takes one disruption off the budget. Throws TooManyRequests when there is none left. */
function spend(api: Api, budget: ApiObject, pod: ApiObject, dryRun: boolean): void {
  const { name, generation = 0 } = budget.metadata
  const status = objectAt(budget, 'status') ?? {}
  const healthy = numberAt(status, 'currentHealthy') ?? 0
  const desired = numberAt(status, 'desiredHealthy') ?? 0
  const allowed = numberAt(status, 'disruptionsAllowed') ?? 0
  if (
    !isReady(pod) &&
    (stringAt(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow' ||
      (desired > 0 && healthy >= desired))
  ) {
    return
  }
  if ((numberAt(status, 'observedGeneration') ?? 0) < generation) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10)
  }
  if (allowed <= 0)
    throw refused(
      `The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`,
      0,
    )
  const object = structuredClone(budget)
  const next = ensureObject(object, 'status')
  next.disruptionsAllowed = allowed - 1
  ensureObject(next, 'disruptedPods')[pod.metadata.name] = timestamp(api.clock.now())
  const kind = api.registry.resolve('policy', 'v1', 'poddisruptionbudgets')
  if (kind !== undefined) store(api, kind, object, dryRun)
}

function isReady(pod: ApiObject): boolean {
  return objectsAt(pod, 'status', 'conditions').some((one) => one.type === 'Ready' && one.status === 'True')
}

/** `retryAfter` in seconds; 0 leaves it to the client, as kubectl wants to tell its user before it tries again. */
function refused(why: string, retryAfter: number): ApiError {
  return tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfter, [
    { reason: 'DisruptionBudget', message: why },
  ])
}

/** The real one speaks of the kind here, not of the resource. */
function checkUid({ metadata }: ApiObject, uid: string | undefined): void {
  if (uid === undefined || uid === metadata.uid) return
  const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`
  throw conflict({ group: '', plural: 'Pod', kind: 'Pod' }, metadata.name, why)
}

function markDisrupted(api: Api, kind: KindInfo, pod: ApiObject): void {
  const object = structuredClone(pod)
  const others = objectsAt(object, 'status', 'conditions').filter((one) => one.type !== 'DisruptionTarget')
  ensureObject(object, 'status').conditions = [
    ...others,
    {
      type: 'DisruptionTarget',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: timestamp(api.clock.now()),
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    },
  ]
  store(api, kind, object, false)
}
