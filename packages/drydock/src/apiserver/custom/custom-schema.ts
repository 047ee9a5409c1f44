import type { KindInfo } from '../kinds.ts'
import { schemaFor } from '../schema/built-in.ts'
import { type CrdSchema, compileCrd } from '../schema/compile-crd.ts'
import type { TypeSchema } from '../schema/type-schema.ts'

/** Compiled definitions; a changed definition is another object, and the old one goes with the last who holds it. */
const compiled = new WeakMap<object, Map<string, CrdSchema>>()

/** The compiled schema of a custom kind; undefined for a built-in one. */
export function crdSchemaOf({ crd, version }: KindInfo): CrdSchema | undefined {
  if (crd === undefined) return undefined
  const versions = compiled.get(crd) ?? new Map<string, CrdSchema>()
  compiled.set(crd, versions)
  const known = versions.get(version) ?? compileCrd(crd, version)
  versions.set(version, known)
  return known
}

/** The schema that merges and ownership of a kind go by; undefined where nothing is known. */
export function schemaOf(kind: KindInfo): TypeSchema | undefined {
  return crdSchemaOf(kind)?.typeSchema ?? schemaFor(kind)
}
