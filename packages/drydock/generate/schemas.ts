/**
 * Writes src/apiserver/openapi/kubernetes.json.br: the schemas of the built-in kinds, out of the OpenAPI documents that
 * a server of the release publishes (published.ts). See README.md beside this file.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { builtInKinds } from '../src/apiserver/kinds.ts'
import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../src/apiserver/object.ts'
import { closure } from '../src/apiserver/openapi/references.ts'
import { metricsSchemas } from './metrics-schemas.ts'

/** Kinds that are sent to subresources or answered by the server, never stored. */
const extra = [
  'io.k8s.api.autoscaling.v1.Scale',
  'io.k8s.api.policy.v1.Eviction',
  'io.k8s.api.authentication.v1.TokenRequest',
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent',
]

const groupVersions = new Set(
  [...builtInKinds, { group: 'policy', version: 'v1' }, { group: 'autoscaling', version: 'v1' }].map(
    (kind) => `${kind.group}/${kind.version}`,
  ),
)

/** Every schema of every document; a schema is the same in each document that has it. */
async function readSchemas(folder: string): Promise<Map<string, JsonObject>> {
  const schemas = new Map<string, JsonObject>()
  for (const file of (await readdir(folder)).sort()) {
    const document: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'))
    for (const [name, schema] of Object.entries(objectAt(document, 'components', 'schemas') ?? {})) {
      if (isObject(schema)) schemas.set(name, schema)
    }
  }
  for (const [name, schema] of metricsSchemas) schemas.set(name, schema)
  return schemas
}

function withKindsServed(schema: JsonObject): JsonObject {
  const kinds = objectsAt(schema, 'x-kubernetes-group-version-kind')
  if (kinds.length < 2) return schema
  const served = kinds.filter((kind) => groupVersions.has(`${kind.group}/${kind.version}`))
  return { ...schema, 'x-kubernetes-group-version-kind': served }
}

const [module] = process.argv.slice(2)
if (module === undefined) throw new Error('usage: node generate/schemas.ts FOLDER_OF_PUBLISHED')
const all = await readSchemas(join(module, 'api', 'openapi-spec', 'v3'))
const byKind = new Map<string, string>()
for (const [name, schema] of all) {
  for (const kind of objectsAt(schema, 'x-kubernetes-group-version-kind')) {
    byKind.set(`${kind.group}/${kind.version}/${kind.kind}`, name)
  }
}
const wanted = new Set(extra)
for (const { group, version, kind } of builtInKinds) {
  const name = byKind.get(`${group}/${version}/${kind}`)
  if (name === undefined) throw new Error(`no schema for ${group}/${version} ${kind}`)
  wanted.add(name)
  const list = byKind.get(`${group}/${version}/${kind}List`)
  if (list !== undefined) wanted.add(list)
}
const schemas = Object.fromEntries(
  Object.entries(closure(wanted, all)).map(([name, schema]) => [name, withKindsServed(schema)]),
)
const swagger: unknown = JSON.parse(
  await readFile(join(module, 'api', 'openapi-spec', 'swagger.json'), 'utf8'),
)
const release = /@(v[\d.]+)/.exec(module)?.[1] ?? stringAt(swagger, 'info', 'version') ?? 'unknown'
const text = Buffer.from(JSON.stringify({ release, schemas }))
const packed = brotliCompressSync(text, {
  params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
})
await writeFile(join(import.meta.dirname, '../src/apiserver/openapi/kubernetes.json.br'), packed)
console.log(
  `${Object.keys(schemas).length} schemas of ${release}: ${text.length} bytes, packed ${packed.length}`,
)
