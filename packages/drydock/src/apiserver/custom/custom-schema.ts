import type { KindInfo } from '../kinds.ts'
import { schemaFor } from '../schema/built-in.ts'
import type { TypeSchema } from '../schema/type-schema.ts'

/** The schema that merges and ownership of a kind go by; undefined where nothing is known. */
export function schemaOf(kind: KindInfo): TypeSchema | undefined {
  return kind.crd === undefined ? schemaFor(kind) : undefined
}
