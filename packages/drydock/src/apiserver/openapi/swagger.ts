import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import { schemaDocument } from '../schema/document.ts'
import { everything } from './documents.ts'
import { nameOfReference } from './references.ts'

/** The document of GET /openapi/v2 (Swagger 2.0), which older clients read: all kinds in one, and less exactly said. */
export function openapiV2(crds: readonly JsonObject[]): JsonObject {
  const { paths, schemas } = everything(crds)
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: schemaDocument().release },
    paths: mapped(paths, pathItem),
    definitions: mapped(schemas, schema),
  }
}

function mapped(of: JsonObject, change: (value: JsonObject) => JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => [name, isObject(value) ? change(value) : value]),
  )
}

/** Words of v3 that v2 does not have. */
const unsaid = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default', '$ref'])

function schema(source: JsonObject): JsonObject {
  const reference = stringAt(source, '$ref') ?? stringAt(objectsAt(source, 'allOf')[0], '$ref')
  const kept = Object.fromEntries(Object.entries(source).filter(([name]) => !unsaid.has(name)))
  if (reference !== undefined) kept.$ref = `#/definitions/${nameOfReference(reference)}`
  // A string or a number: v2 can only say string.
  if (Array.isArray(source.oneOf) && source.type === undefined) kept.type = 'string'
  const { properties, items, additionalProperties } = source
  if (isObject(properties)) kept.properties = mapped(properties, schema)
  if (isObject(items)) kept.items = schema(items)
  if (isObject(additionalProperties)) kept.additionalProperties = schema(additionalProperties)
  return kept
}

const media = ['application/json', 'application/yaml']

function pathItem(item: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.filter(isObject).map(parameter)]
      return [name, isObject(value) ? operation(value) : value]
    }),
  )
}

function operation(source: JsonObject): JsonObject {
  const { requestBody, parameters: _, responses, ...rest } = source
  const content = objectAt(requestBody, 'content')
  const body = content === undefined ? [] : [{ name: 'body', in: 'body', schema: schemaOf(content) }]
  const consumes = Object.keys(content ?? {})
  return {
    ...rest,
    consumes: consumes.length === 0 ? ['*/*'] : consumes,
    produces: media,
    parameters: [...body, ...objectsAt(source, 'parameters').map(parameter)],
    responses: mapped(isObject(responses) ? responses : {}, (response) => {
      const answer = objectAt(response, 'content')
      return {
        description: response.description,
        ...(answer === undefined ? {} : { schema: schemaOf(answer) }),
      }
    }),
  }
}

function schemaOf(content: JsonObject): JsonObject {
  const [first] = Object.values(content)
  return schema(objectAt(first, 'schema') ?? {})
}

function parameter(source: JsonObject): JsonObject {
  const { schema: type, ...rest } = source
  return { ...rest, ...(isObject(type) ? type : {}) }
}
