/** Interfaces written from a schema, so that the Zod schema is the only place where a field is declared. */
import type { JsonSchema } from './json-schema.ts'

interface Unit {
  readonly prefix: string
  readonly suffix: string
  readonly written: string[]
}

/**
 * One interface for the object and one for each object inside it, named by their path: `RedisFailoverSentinelInput`.
 * Strings that may be one of a few become unions, and free objects `Record<string, unknown>`.
 */
export function renderInterfaces(schema: JsonSchema, prefix: string, name: string, suffix: string): string {
  const unit: Unit = { prefix, suffix, written: [] }
  writeInterface(schema, name, unit)
  return unit.written.join('\n')
}

function writeInterface(schema: JsonSchema, name: string, unit: Unit): void {
  const required = new Set(schema.required ?? [])
  // Reserved before its parts are written, so that the whole stands above them.
  const position = unit.written.push('') - 1
  const lines = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const type = typeOf(field, partName(name, key), unit)
    const property = /^[A-Za-z]\w*$/.test(key) ? key : `'${key}'`
    return [
      ...(field.description ? [`  /** ${field.description.replaceAll('*/', '*\\/')} */`] : []),
      `  ${property}${required.has(key) ? `: ${type}` : `?: ${type}${mayBeUndefined(field)}`}`,
    ]
  })
  const about = schema.description ? `/** ${schema.description} */\n` : ''
  unit.written[position] =
    `${about}export interface ${unit.prefix}${name}${unit.suffix} {\n${lines.join('\n')}\n}\n`
}

/** Zod takes an explicit `undefined` for a field with a default, and for no other. */
function mayBeUndefined(field: JsonSchema): string {
  return field.default === undefined ? '' : ' | undefined'
}

/** `spec` is only the way to its parts: RedisFailover, not RedisSpecFailover. */
function partName(name: string, key: string): string {
  return (name === 'Spec' ? '' : name) + key.charAt(0).toUpperCase() + key.slice(1)
}

function typeOf(schema: JsonSchema, name: string, unit: Unit): string {
  const type = plainTypeOf(schema, name, unit)
  return schema.nullable ? `${type} | null` : type
}

function plainTypeOf(schema: JsonSchema, name: string, unit: Unit): string {
  if (schema.anyOf) return schema.anyOf.map((part) => plainTypeOf(part, name, unit)).join(' | ')
  if (schema.enum) return schema.enum.map((value) => `'${String(value)}'`).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'number':
      return schema.type
    case 'integer':
      return 'number'
    case 'array':
      return `${typeOf(schema.items ?? {}, name.replace(/s$/, ''), unit)}[]`
    case 'object':
      if (schema['x-kubernetes-preserve-unknown-fields']) return 'Record<string, unknown>'
      if (!schema.properties) return `Record<string, ${typeOf(mapValue(schema), name, unit)}>`
      writeInterface(schema, name, unit)
      return unit.prefix + name + unit.suffix
    default:
      return 'unknown'
  }
}

function mapValue(schema: JsonSchema): JsonSchema {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {}
}
