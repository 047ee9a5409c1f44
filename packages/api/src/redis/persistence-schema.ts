import { z } from 'zod'
import { bytes, objectName } from '../field.ts'
import type { RedisPersistence, RedisPersistenceInput } from '../generated/redis-types.ts'

const storage = z
  .strictObject({
    size: bytes()
      .exactOptional()
      .describe(
        'Size of the volume of each instance, such as 5Gi. It can grow, where the storage class allows it, and never shrink. Default: three times memory, rounded up to whole Gi, because rewriting an append-only file needs room for a second copy.',
      ),
    storageClassName: objectName()
      .default('')
      .describe(
        'Storage class of the volumes. Empty: the default class of the cluster. It cannot be changed afterwards.',
      ),
    retain: z
      .boolean()
      .default(true)
      .describe(
        'Whether the volumes stay when this resource is deleted. true: they stay, and a new resource of the same name finds its data again. false: the data is deleted with the resource.',
      ),
  })
  .describe('The volume of each instance; made only when persistence.mode is not none.')

export const persistenceSchema: z.ZodType<RedisPersistence, RedisPersistenceInput> = z.strictObject({
  mode: z
    .enum(['none', 'rdb', 'aof', 'rdb+aof'])
    .exactOptional()
    .describe(
      'What is written to disk. none: nothing, a restart is empty unless a replica has the data. rdb: a snapshot now and then. aof: every write, appended. rdb+aof: both. Default: none for profile cache, aof for profile store. It cannot change between none and the others once instances exist.',
    ),
  fsync: z
    .enum(['everysec', 'always', 'no'])
    .default('everysec')
    .describe(
      'When appended writes are forced to disk (appendfsync). everysec: a crash of the node loses about a second. always: every write waits for the disk. no: when the kernel likes. Only with aof.',
    ),
  save: z
    .string()
    .max(120, 'must have at most 120 characters')
    .regex(
      /^([0-9]{1,9} [0-9]{1,9}( [0-9]{1,9} [0-9]{1,9})*)?$/,
      'must be pairs of seconds and changes, such as "900 1 300 10"',
    )
    .default('900 1 300 10 60 10000')
    .describe(
      'When a snapshot is taken: pairs of seconds and changes, "900 1" meaning after 900 seconds if at least 1 key changed. Empty: never by itself. Only with rdb.',
    ),
  storage: storage.exactOptional(),
})
