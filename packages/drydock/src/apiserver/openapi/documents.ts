import { createHash } from 'node:crypto'
import { builtInKinds, type KindInfo } from '../kinds.ts'
import type { JsonObject } from '../object.ts'
import { schemaDocument } from '../schema/document.ts'
import { customKinds } from './custom-kinds.ts'
import { pathsOf } from './path-items.ts'
import { closure, references } from './references.ts'

/** A kind and the names and schemas a document needs for it. */
interface Entry {
  readonly kind: KindInfo
  readonly paths: JsonObject
  readonly own: readonly string[]
}

/** `api/v1` or `apis/apps/v1`: how /openapi/v3 names a group and version. */
function documentPath({ group, version }: { group: string; version: string }): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`
}

/** What GET /openapi/v3 answers: the documents there are, under addresses that change with their content. */
export function openapiV3Index(crds: readonly JsonObject[]): JsonObject {
  const hashes = new Map<string, string>()
  for (const kind of builtInKinds) {
    const path = documentPath(kind)
    if (!hashes.has(path)) hashes.set(path, documentHash(kind.group, kind.version, crds))
  }
  for (const { kind } of crds.flatMap(customKinds)) {
    const path = documentPath(kind)
    if (!hashes.has(path)) hashes.set(path, documentHash(kind.group, kind.version, crds))
  }
  const paths = [...hashes]
    .sort()
    .map(([path, sum]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${sum}` }])
  return { paths: Object.fromEntries(paths) }
}

const builtInGroups: ReadonlySet<string> = new Set(builtInKinds.map(documentPath))

/** Changes whenever a document does. */
export function documentHash(group: string, version: string, crds: readonly JsonObject[]): string {
  const path = documentPath({ group, version })
  // Built-in kinds change with their schemas alone, so that there is no need to make every document to name it.
  if (builtInGroups.has(path)) return hash(`${schemaDocument().digest} ${path}`)
  return hash(JSON.stringify(openapiV3(group, version, crds)))
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase()
}

const builtInDocuments = new Map<string, JsonObject>()

/** The OpenAPI v3 document of a group and version, or undefined where no kind is of it. */
export function openapiV3(
  group: string,
  version: string,
  crds: readonly JsonObject[],
): JsonObject | undefined {
  const path = documentPath({ group, version })
  const known = builtInDocuments.get(path)
  if (known !== undefined) return known
  const ofThis = ({ kind }: { kind: KindInfo }): boolean => kind.group === group && kind.version === version
  const builtIn = builtInEntries().filter(ofThis)
  if (builtIn.length > 0) {
    const document = documentOf(builtIn, schemaDocument().schemas)
    builtInDocuments.set(path, document)
    return document
  }
  const custom = crds.flatMap(customKinds).filter(ofThis)
  if (custom.length === 0) return undefined
  const schemas = new Map([...schemaDocument().schemas, ...custom.flatMap((one) => [...one.schemas])])
  return documentOf(
    custom.map(({ kind, names, schemas: own }) => ({
      kind,
      paths: pathsOf(kind, names),
      own: [...own.keys()],
    })),
    schemas,
  )
}

function documentOf(entries: readonly Entry[], schemas: ReadonlyMap<string, JsonObject>): JsonObject {
  const paths = Object.assign({}, ...entries.map((entry) => entry.paths))
  const wanted = new Set([...entries.flatMap(({ own }) => own), ...references(paths)])
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: schemaDocument().release },
    paths,
    components: { schemas: closure(wanted, schemas) },
  }
}

function builtInEntries(): Entry[] {
  const { byKind } = schemaDocument()
  return builtInKinds.flatMap((kind) => {
    const object = byKind.get(`${kind.group}/${kind.version}/${kind.kind}`)
    if (object === undefined) return []
    const list = byKind.get(`${kind.group}/${kind.version}/${kind.listKind}`) ?? object
    return [{ kind, paths: pathsOf(kind, { object, list }), own: [object, list] }]
  })
}

/** Everything in one document, for whoever wants all of it. */
export function everything(crds: readonly JsonObject[]): {
  paths: JsonObject
  schemas: Record<string, JsonObject>
} {
  const custom = crds.flatMap(customKinds)
  const entries = [...builtInEntries(), ...custom.map(({ kind, names }) => ({ paths: pathsOf(kind, names) }))]
  const schemas = new Map([...schemaDocument().schemas, ...custom.flatMap((one) => [...one.schemas])])
  return {
    paths: Object.assign({}, ...entries.map((entry) => entry.paths)),
    schemas: Object.fromEntries(schemas),
  }
}
