/** The kind Redis as a whole, and the constants that name it. */
import { z } from 'zod'
import type { RedisSpec, RedisSpecInput, RedisStatus } from '../generated/redis-types.ts'
import { metadataSchema, type ObjectMeta } from '../metadata.ts'
import { specSchema } from './spec-schema.ts'
import { statusSchema } from './status-schema.ts'

export const apiVersion = 'orlop.dev/v1alpha1'

/** A `Redis` with the defaults of its schema; those that follow from other fields are given by `withDefaults`. */
export interface Redis {
  apiVersion: typeof apiVersion
  kind: 'Redis'
  metadata: ObjectMeta
  spec: RedisSpec
  status?: RedisStatus
}

/** A `Redis` as a person writes it. */
export interface RedisInput {
  apiVersion: typeof apiVersion
  kind: 'Redis'
  metadata: ObjectMeta
  spec: RedisSpecInput
  status?: RedisStatus
}

/** A `Redis` as it comes from the API server, before `parseRedis` has looked at it: nothing in it is certain. */
export interface RedisObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec?: Partial<RedisSpecInput>
  status?: RedisStatus
}

export const RedisSchema: z.ZodType<Redis, RedisInput> = z.strictObject({
  apiVersion: z.literal(apiVersion, `must be ${apiVersion}`),
  kind: z.literal('Redis', 'must be Redis'),
  metadata: metadataSchema,
  spec: specSchema,
  status: statusSchema.exactOptional(),
})
