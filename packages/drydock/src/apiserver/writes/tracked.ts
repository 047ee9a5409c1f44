import { type Api, timestamp } from '../api.ts'
import { schemaOf } from '../custom/custom-schema.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, isApiObject } from '../object.ts'
import type { Reach } from '../patch/ownership.ts'
import { trackUpdate } from '../patch/track-update.ts'
import type { WriteOptions } from './options.ts'

/** Which fields a write through an endpoint can own: the status belongs to `/status`, all else to the object. */
export function reachOf(kind: KindInfo, subresource: string): Reach | undefined {
  if (subresource === 'status') return { only: ['status', 'metadata'] }
  return subresource === '' && kind.subresources.includes('status') ? { except: ['status'] } : undefined
}

/** The object with its `managedFields` brought up to date after a write other than an apply. */
export function tracked(
  api: Api,
  kind: KindInfo,
  object: ApiObject,
  old: ApiObject | undefined,
  { manager, subresource }: WriteOptions,
): ApiObject {
  const result = trackUpdate({
    old,
    object,
    manager,
    schema: schemaOf(kind),
    subresource: subresource === '' ? undefined : subresource,
    reach: reachOf(kind, subresource),
    now: timestamp(api.clock.now()),
  })
  return isApiObject(result) ? result : object
}
