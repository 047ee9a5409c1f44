/** Every file that is written from the schemas, by its path in the repository. */
import { stringify } from 'yaml'
import { renderReference } from '../src/crd/reference.ts'
import { crds } from '../src/crds.ts'
import { redisJsonSchema } from '../src/redis/crd.ts'
import { renderRedisTypes } from '../src/redis/render-types.ts'
import { apiVersion } from '../src/redis/schema.ts'

export interface Artefact {
  readonly path: string
  readonly text: string
}

export function artefacts(): Artefact[] {
  return [
    { path: 'packages/api/src/generated/redis-types.ts', text: renderRedisTypes() },
    ...crds().map((crd) => ({
      path: `config/crd/${crd.spec.group}_${crd.spec.names.plural}.yaml`,
      text: `# Written by node packages/api/generate.ts; do not edit.\n${stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    })),
    {
      path: 'docs/reference/redis.md',
      text: renderReference({
        kind: 'Redis',
        apiVersion,
        introduction:
          'One dataset: a primary and its replicas, Redis or Valkey. The smallest one says only `memory`; every other field has a default. `kubectl explain redis.spec` prints the same. Defaults that follow from other fields are described in words.',
        schema: redisJsonSchema(),
      }),
    },
  ]
}
