import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { ensureObject, isObject, objectsAt, stringAt } from '../object.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { badRequest, conflict, notFound } from '../status.ts'
import { writeOptions } from '../writes/options.ts'
import { store } from '../writes/stored.ts'

/** Gives a pod its node: what a scheduler does. Also for the older path, where the body names the pod. */
export function bind(api: Api, request: ResourceRequest): Answer {
  const { namespace = '' } = request
  const body = isObject(request.body) ? request.body : {}
  const name = request.name === '' ? (stringAt(body, 'metadata', 'name') ?? '') : request.name
  const pods = api.registry.resolve('', 'v1', 'pods')
  const record = api.storage.get('/pods', namespace, name)
  if (pods === undefined || record === undefined)
    throw notFound({ group: '', plural: 'pods', kind: 'Pod' }, name)
  const node = stringAt(body, 'target', 'name')
  const target = stringAt(body, 'target', 'kind') || 'Node'
  if (!node || target !== 'Node')
    throw badRequest(`a binding needs a target of kind Node, not ${target} ${node}`)
  const object = record.copy()
  if (object.metadata.deletionTimestamp !== undefined) {
    throw conflict(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  }
  const spec = ensureObject(object, 'spec')
  if (spec.nodeName)
    throw conflict(pods, name, `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`)
  spec.nodeName = node
  const others = objectsAt(object, 'status', 'conditions').filter((one) => one.type !== 'PodScheduled')
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(api.clock.now()),
  }
  ensureObject(object, 'status').conditions = [...others, scheduled]
  store(api, pods, object, writeOptions(request).dryRun)
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return { as: 'json', code: 201, body: status }
}
