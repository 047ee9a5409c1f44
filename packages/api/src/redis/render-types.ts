/** The text of generated/redis-types.ts. */
import { toJsonSchema } from '../crd/json-schema.ts'
import { renderInterfaces } from '../crd/typescript.ts'
import { specSchema } from './spec-schema.ts'
import { statusSchema } from './status-schema.ts'

export function renderRedisTypes(): string {
  return [
    '// Written by `node packages/api/generate.ts` from the Zod schemas in packages/api/src/redis; do not edit.\n',
    renderInterfaces(toJsonSchema(specSchema, 'output'), 'Redis', 'Spec', ''),
    renderInterfaces(toJsonSchema(specSchema, 'input'), 'Redis', 'Spec', 'Input'),
    renderInterfaces(toJsonSchema(statusSchema, 'output'), 'Redis', 'Status', ''),
  ].join('\n')
}
