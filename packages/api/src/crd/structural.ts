/**
 * From what Zod writes to the *structural* schema that Kubernetes takes: no `additionalProperties` beside `properties`,
 * no unions, a type on every node, and the rules at their places. Anything that has no structural form is an error
 * here, and not at the user's API server.
 */
import { DefinitionError } from '../definition-error.ts'
import type { JsonSchema, Validation } from './json-schema.ts'

/** Zod bounds every integer by what a double holds exactly; in a CRD that is noise. */
const safe = Number.MAX_SAFE_INTEGER

export function toStructural(schema: JsonSchema, path = ''): JsonSchema {
  if (schema['x-kubernetes-int-or-string']) return intOrString(schema, path)
  if (schema.anyOf) throw new DefinitionError('NotStructural', `${path}: a union has no structural form`)
  if (schema.type === undefined) throw new DefinitionError('NotStructural', `${path}: has no type`)
  const { additionalProperties, properties, items, required, minimum, maximum, ...rest } = schema
  const kept: JsonSchema = { ...rest }
  if (minimum !== undefined && minimum !== -safe) kept.minimum = minimum
  if (maximum !== undefined && maximum !== safe) kept.maximum = maximum
  if (required !== undefined && required.length > 0) kept.required = required
  if (items !== undefined) kept.items = toStructural(items, `${path}[]`)
  if (properties !== undefined && Object.keys(properties).length > 0) {
    kept.properties = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [
        name,
        toStructural(field, path === '' ? name : `${path}.${name}`),
      ]),
    )
  } else if (typeof additionalProperties === 'object' && !schema['x-kubernetes-preserve-unknown-fields']) {
    kept.additionalProperties = toStructural(additionalProperties, `${path}{}`)
  }
  return kept
}

/** `2` and `500m`: the one union that Kubernetes has. */
function intOrString(schema: JsonSchema, path: string): JsonSchema {
  const text = schema.anyOf?.find((part) => part.type === 'string')
  if (text?.pattern === undefined)
    throw new DefinitionError('NotStructural', `${path}: int-or-string without a pattern`)
  return {
    ...(schema.description === undefined ? {} : { description: schema.description }),
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    pattern: text.pattern,
    'x-kubernetes-int-or-string': true,
  }
}

/** The schema with a rule added at the field `at`, such as `spec.config`. */
export function withRule(schema: JsonSchema, at: string, rule: Validation): JsonSchema {
  if (at === '') {
    return { ...schema, 'x-kubernetes-validations': [...(schema['x-kubernetes-validations'] ?? []), rule] }
  }
  const [name = '', ...rest] = at.split('.')
  const field = schema.properties?.[name]
  if (field === undefined)
    throw new DefinitionError('NoSuchField', `a rule stands at ${at}, and there is no ${name}`)
  return { ...schema, properties: { ...schema.properties, [name]: withRule(field, rest.join('.'), rule) } }
}
