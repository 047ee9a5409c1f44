import { z } from 'zod'
import { duration } from '../field.ts'
import type { RedisFailover, RedisFailoverInput } from '../generated/redis-types.ts'

const sentinel = z
  .strictObject({
    instances: z
      .int()
      .min(3)
      .max(9)
      .default(3)
      .describe('How many Sentinels watch the dataset. Three survive the loss of one, five the loss of two.'),
    placement: z
      .enum(['separate', 'sidecar'])
      .default('separate')
      .describe(
        'Where the Sentinels run. separate: in pods of their own, so that a node takes either a Sentinel or data with it. sidecar: beside each instance, without pods of their own.',
      ),
    quorum: z
      .int()
      .min(1)
      .max(9)
      .default(2)
      .describe(
        'How many Sentinels must agree that the primary is down before a failover starts. At most sentinel.instances; the failover itself always takes a majority.',
      ),
    downAfter: duration()
      .default('2s')
      .describe(
        'How long the primary may stay silent before a Sentinel holds it for down. Shorter fails over sooner, and also when the primary was only slow.',
      ),
    failoverTimeout: duration()
      .default('15s')
      .describe(
        'How long a failover may take; after a failed one, Sentinel waits twice this long before the next attempt.',
      ),
    parallelSyncs: z
      .int()
      .min(1)
      .max(15)
      .default(1)
      .describe(
        'How many replicas copy from the new primary at once. One keeps the others readable for longer.',
      ),
  })
  .describe('Settings of the Sentinels; only with failover.mode sentinel.')

export const failoverSchema: z.ZodType<RedisFailover, RedisFailoverInput> = z.strictObject({
  mode: z
    .enum(['sentinel', 'operator', 'none'])
    .exactOptional()
    .describe(
      'Who promotes a replica when the primary is lost. sentinel: a group of Redis Sentinels, also while Orlop is down. operator: Orlop itself, without further pods. none: nobody; writes stop until the primary is back. Default: none at 1 instance, sentinel from 2 instances.',
    ),
  sentinel: sentinel.exactOptional(),
})
