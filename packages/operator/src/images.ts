/** The catalogue: which image a version of an engine is. Stock images only; `spec.image` overrides it. */
import type { ResolvedRedis } from '@orlop/api'

const repository = { redis: 'docker.io/library/redis', valkey: 'docker.io/valkey/valkey' } as const

export function imageOf(redis: ResolvedRedis): string {
  const { engine, version, image } = redis.spec
  return image === '' ? `${repository[engine]}:${version}` : image
}
