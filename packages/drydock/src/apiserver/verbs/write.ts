import type { Answer, ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import { isApiObject } from '../object.ts'
import { objectFrom, requireName } from '../request/object-body.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { required } from '../schema/field-error.ts'
import { selectionOf } from '../selection/selection.ts'
import { ApiError, invalid, type Status } from '../status.ts'
import { fromStorage, present } from '../versions.ts'
import { createObject } from '../writes/create-object.ts'
import { deleteObject } from '../writes/delete-object.ts'
import { deleteOptions } from '../writes/delete-options.ts'
import { writeOptions } from '../writes/options.ts'
import { updateObject } from '../writes/update-object.ts'
import { findRecord, list } from './read.ts'

export function answerWith(kind: KindInfo, item: ListItem, code: number): Answer {
  const { object, json } = present(item, kind)
  return { as: 'object', code, kind, object, json }
}

export function create(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  const object = objectFrom(request.body, request)
  const options = writeOptions(request)
  // It is the store that minds.
  if ((object.metadata.resourceVersion ?? '') !== '' && !options.dryRun)
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created')
  return answerWith(kind, createObject(api, kind, object, options), 201)
}

/** Kinds that an update makes where they are not there yet: `AllowCreateOnUpdate` of the real strategies. */
const madeByUpdate = new Set([
  '/endpoints',
  '/limitranges',
  '/services',
  'coordination.k8s.io/leases',
  'events.k8s.io/events',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/roles',
])

export function update(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  requireName(request.body, request)
  const object = objectFrom(request.body, request)
  if (madeByUpdate.has(kind.storedAs) && request.subresource === '' && !isThere(api, request))
    return answerWith(kind, createObject(api, kind, object, writeOptions(request)), 201)
  const old = fromStorage(findRecord(api, request).object, kind)
  if (kind.crd !== undefined && (object.metadata.resourceVersion ?? '') === '') {
    const cause = required('metadata.resourceVersion', 'must be specified for an update')
    throw invalid({ ...kind, kind: kind.plural }, request.name, [
      { ...cause, reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update' },
    ])
  }
  return answerWith(kind, updateObject(api, kind, old, object, writeOptions(request)), 200)
}

function isThere(api: Api, { kind, namespace = '', name }: ResourceRequest): boolean {
  return api.storage.get(kind.storedAs, namespace, name) !== undefined
}

/** Kinds whose deletion is answered with the object, not with a Status. */
const returned = new Set([
  '/pods',
  '/services',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/serviceaccounts',
  '/resourcequotas',
  '/podtemplates',
  '/replicationcontrollers',
])

export function remove(api: Api, request: ResourceRequest): Answer {
  const { kind, name } = request
  const old = fromStorage(findRecord(api, request).object, kind)
  const { gone, item } = deleteObject(api, kind, old, deleteOptions(request))
  if (!gone || returned.has(kind.storedAs)) return answerWith(kind, item, 200)
  const uid = old.metadata.uid
  const body: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.plural,
      ...(uid === undefined ? {} : { uid }),
    },
  }
  return { as: 'json', code: 200, body }
}

/** Deletes what the selectors match; answers with the list of it. */
export function removeCollection(api: Api, request: ResourceRequest): Answer {
  const { kind, namespace } = request
  const options = deleteOptions(request)
  selectionOf(request)
  const answer = list(api, request)
  if (answer.as !== 'list') return answer
  for (const { object } of answer.items) {
    // It may have gone with another of the collection.
    const live = api.storage.get(
      kind.storedAs,
      namespace ?? object.metadata.namespace ?? '',
      object.metadata.name,
    )?.object
    if (live !== undefined && isApiObject(live)) deleteObject(api, kind, fromStorage(live, kind), options)
  }
  return answer
}
