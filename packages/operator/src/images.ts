/** The catalogue: which image a version of an engine is. Stock images only; `spec.image` overrides it. */
import type { ResolvedSpec } from '@orlop/api'

const repository = { redis: 'docker.io/library/redis', valkey: 'docker.io/valkey/valkey' } as const

export function imageOf({
  spec,
}: {
  readonly spec: Pick<ResolvedSpec, 'engine' | 'version' | 'image'>
}): string {
  const { engine, version, image } = spec
  return image === '' ? `${repository[engine]}:${version}` : image
}
