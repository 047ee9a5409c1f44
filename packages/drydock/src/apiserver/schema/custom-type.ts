import { isObject, type JsonObject, objectAt } from '../object.ts'
import { isTypeName, mergeRules, metadataSchema } from './built-in.ts'
import { anything, type TypeSchema } from './type-schema.ts'

const string: TypeSchema = { type: 'string' }

/** The type that a CustomResourceDefinition's `openAPIV3Schema` describes, with the fields every object has. */
export function customType(schema: JsonObject): TypeSchema {
  return withObjectFields(typeOf(schema))
}

function withObjectFields(type: TypeSchema): TypeSchema {
  const fields = { apiVersion: string, kind: string, metadata: metadataSchema() }
  return { ...type, properties: Object.assign(Object.create(null), type.properties, fields) }
}

function typeOf(schema: JsonObject): TypeSchema {
  const properties = objectAt(schema, 'properties')
  const additional = schema.additionalProperties
  const items = objectAt(schema, 'items')
  const { default: fallback, ...rest } = schema
  const type: TypeSchema = {
    ...(isTypeName(schema.type) ? { type: schema.type } : {}),
    ...(properties === undefined ? {} : { properties: fieldsOf(properties) }),
    ...(isObject(additional) ? { additionalProperties: typeOf(additional) } : {}),
    ...(additional === true ? { additionalProperties: anything } : {}),
    ...(items === undefined ? {} : { items: typeOf(items) }),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true ? { preserveUnknown: true } : {}),
    ...(schema['x-kubernetes-int-or-string'] === true ? { intOrString: true } : {}),
    ...(schema.nullable === true ? { nullable: true } : {}),
    ...(typeof schema.format === 'string' ? { format: schema.format } : {}),
    ...mergeRules(rest),
    ...(fallback === undefined ? {} : { default: fallback }),
  }
  return schema['x-kubernetes-embedded-resource'] === true ? withObjectFields(type) : type
}

function fieldsOf(properties: JsonObject): Record<string, TypeSchema> {
  const fields: Record<string, TypeSchema> = Object.create(null)
  for (const [name, schema] of Object.entries(properties))
    fields[name] = isObject(schema) ? typeOf(schema) : anything
  return fields
}
