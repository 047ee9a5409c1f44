import { isObject, type JsonObject, objectAt, stringAt, stringsAt } from '../object.ts'
import { referredName, schemaDocument } from './document.ts'
import { anything, type TypeSchema } from './type-schema.ts'

/** Schemas made so far, by the name in the document; also what ends the recursion of recursive types. */
const made = new Map<string, TypeSchema>()

/** The schema of a built-in kind, or undefined for one that the server does not have. */
export function schemaFor(kind: { group: string; version: string; kind: string }): TypeSchema | undefined {
  const name = schemaDocument().byKind.get(`${kind.group}/${kind.version}/${kind.kind}`)
  return name === undefined ? undefined : namedSchema(name)
}

/** The schema of `metadata`, which custom kinds share. */
export function metadataSchema(): TypeSchema {
  return namedSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
}

function namedSchema(name: string): TypeSchema {
  const found = made.get(name)
  if (found !== undefined) return found
  const source = schemaDocument().schemas.get(name)
  if (source === undefined) return anything
  const schema: TypeSchema = {}
  made.set(name, schema)
  return Object.assign(schema, special.get(name) ?? fromOpenApi(source), { goType: goType(name) })
}

/** `v1.PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
function goType(name: string): string {
  return name.split('.').slice(-2).join('.')
}

/** Types whose OpenAPI form says less than their Go code does. */
const special: ReadonlyMap<string, TypeSchema> = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', { intOrString: true, format: 'quantity' }],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', { intOrString: true }],
])

const types: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean'])
type TypeName = NonNullable<TypeSchema['type']>

export function isTypeName(value: unknown): value is TypeName {
  return types.has(value)
}

/** A schema of the document; what stands beside a reference (list type, default) adds to what is referred to. */
function fromOpenApi(source: JsonObject): TypeSchema {
  const referred = referredName(source)
  if (referred !== undefined) {
    const own = mergeRules(source)
    const target = namedSchema(referred)
    // Without rules of its own the very same object is used, which is what keeps recursive types finite.
    return Object.keys(own).length === 0 ? target : lazily(target, own)
  }
  const properties = objectAt(source, 'properties')
  const additional = objectAt(source, 'additionalProperties')
  const items = objectAt(source, 'items')
  const open = properties === undefined && additional === undefined && items === undefined
  const type = source.type
  return {
    ...(isTypeName(type) ? { type } : {}),
    ...(properties === undefined ? {} : { properties: fieldsOf(properties) }),
    ...(additional === undefined ? {} : { additionalProperties: fromOpenApi(additional) }),
    ...(items === undefined ? {} : { items: fromOpenApi(items) }),
    ...(open && (type === undefined || type === 'object') ? { preserveUnknown: true } : {}),
    ...(typeof source.format === 'string' ? { format: source.format } : {}),
    ...(Array.isArray(source.required) ? { required: stringsAt(source, 'required') } : {}),
    ...mergeRules(source),
  }
}

/** `target` may still be empty while a recursive type is being made: its fields are read when they are asked for. */
function lazily(target: TypeSchema, own: TypeSchema): TypeSchema {
  return Object.setPrototypeOf({ ...own }, target)
}

function fieldsOf(properties: JsonObject): Record<string, TypeSchema> {
  const fields: Record<string, TypeSchema> = Object.create(null)
  for (const [name, schema] of Object.entries(properties)) {
    fields[name] = isObject(schema) ? fromOpenApi(schema) : anything
  }
  return fields
}

/** The `x-kubernetes-*` rules for merging, which CustomResourceDefinitions write the same way. */
export function mergeRules(source: JsonObject): TypeSchema {
  const listType = source['x-kubernetes-list-type']
  const mapType = source['x-kubernetes-map-type']
  const keys = stringsAt(source, 'x-kubernetes-list-map-keys')
  const strategy = stringAt(source, 'x-kubernetes-patch-strategy')
  const mergeKey = stringAt(source, 'x-kubernetes-patch-merge-key')
  // An empty default only says that the Go field is a struct.
  const hasDefault = source.default !== undefined && !isEmptyObject(source.default)
  return {
    ...(listType === 'atomic' || listType === 'set' || listType === 'map' ? { listType } : {}),
    ...(keys.length === 0 ? {} : { listMapKeys: keys }),
    ...(mapType === 'atomic' || mapType === 'granular' ? { mapType } : {}),
    ...(strategy === undefined ? {} : { patchStrategy: strategy.split(',') }),
    ...(mergeKey === undefined ? {} : { patchMergeKey: mergeKey }),
    ...(hasDefault ? { default: source.default } : {}),
    ...(isEmptyObject(source.default) ? { struct: true } : {}),
  }
}

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0
}
