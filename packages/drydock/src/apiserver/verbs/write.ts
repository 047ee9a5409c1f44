import type { Answer, ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import { isApiObject } from '../object.ts'
import { objectFrom } from '../request/object-body.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { required } from '../schema/field-error.ts'
import { selectionOf } from '../selection/selection.ts'
import { invalid, type Status } from '../status.ts'
import { fromStorage, present } from '../versions.ts'
import { createObject } from '../writes/create-object.ts'
import { deleteObject, deleteOptions } from '../writes/delete-object.ts'
import { writeOptions } from '../writes/options.ts'
import { updateObject } from '../writes/update-object.ts'
import { findRecord, list } from './read.ts'

export function answerWith(kind: KindInfo, item: ListItem, code: number): Answer {
  const { object, json } = present(item, kind)
  return { as: 'object', code, kind, object, json }
}

export function create(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  return answerWith(
    kind,
    createObject(api, kind, objectFrom(request.body, request), writeOptions(request)),
    201,
  )
}

export function update(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  const object = objectFrom(request.body, request)
  const old = fromStorage(findRecord(api, request).object, kind)
  if (kind.crd !== undefined && (object.metadata.resourceVersion ?? '') === '') {
    const cause = required('metadata.resourceVersion', 'must be specified for an update')
    throw invalid(kind, request.name, [
      { ...cause, reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update' },
    ])
  }
  return answerWith(kind, updateObject(api, kind, old, object, writeOptions(request)), 200)
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
