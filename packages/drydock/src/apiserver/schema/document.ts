import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'

/** The OpenAPI schemas of the built-in kinds, as generate/schemas.ts wrote them. */
export interface SchemaDocument {
  /** The Kubernetes release they are of, e.g. `v1.34.4`. */
  readonly release: string
  /** Changes with the content. */
  readonly digest: string
  /** By name, e.g. `io.k8s.api.core.v1.Pod`. */
  readonly schemas: ReadonlyMap<string, JsonObject>
  /** Names by `group/version/Kind`. */
  readonly byKind: ReadonlyMap<string, string>
}

let loaded: SchemaDocument | undefined

/** Reads the schemas at the first call (about 10 ms) and keeps them: nothing changes them. */
export function schemaDocument(): SchemaDocument {
  loaded ??= load()
  return loaded
}

function load(): SchemaDocument {
  const packed = readFileSync(new URL('../openapi/kubernetes.json.br', import.meta.url))
  const digest = createHash('sha256').update(packed).digest('hex')
  const document: unknown = JSON.parse(brotliDecompressSync(packed).toString('utf8'))
  const schemas = new Map<string, JsonObject>()
  const byKind = new Map<string, string>()
  for (const [name, schema] of Object.entries(objectAt(document, 'schemas') ?? {})) {
    if (!isObject(schema)) continue
    schemas.set(name, schema)
    for (const kind of objectsAt(schema, 'x-kubernetes-group-version-kind')) {
      byKind.set(`${kind.group}/${kind.version}/${kind.kind}`, name)
    }
  }
  return { release: stringAt(document, 'release') ?? 'unknown', digest, schemas, byKind }
}

/** The name in a reference such as `#/components/schemas/io.k8s.api.core.v1.Pod`. */
export function referredName(schema: JsonObject): string | undefined {
  const ref = stringAt(schema, '$ref') ?? stringAt(objectsAt(schema, 'allOf')[0], '$ref')
  return ref?.slice(ref.lastIndexOf('/') + 1)
}
