import type { ListItem } from '../answer.ts'
import type { Api } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import type { ApiObject } from '../object.ts'
import { notStored } from '../status.ts'
import type { Change } from '../storage/record.ts'
import { toStorage } from '../versions.ts'

/** Stores an object; or, for a dry run, shows what would have been stored. */
export function store(api: Api, kind: KindInfo, object: ApiObject, dryRun: boolean): ListItem {
  const stored = toStorage(object, kind)
  return dryRun ? unsaved(stored) : saved(() => api.storage.write(kind.storedAs, stored))
}

/** Takes an object out of the store; gives its last state. */
export function unstore(api: Api, kind: KindInfo, object: ApiObject, dryRun: boolean): ListItem {
  const stored = toStorage(object, kind)
  return dryRun ? unsaved(stored) : saved(() => api.storage.remove(kind.storedAs, stored))
}

function saved(write: () => Change): ListItem {
  try {
    return write().record
  } catch (error) {
    throw notStored(error)
  }
}

function unsaved(object: ApiObject): ListItem {
  return { object, json: JSON.stringify(object) }
}
