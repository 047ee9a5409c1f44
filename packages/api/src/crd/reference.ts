/** The reference page of a kind: a table of its fields, written from its structural schema. */
import type { JsonSchema } from './json-schema.ts'

export interface ReferencePage {
  readonly kind: string
  readonly apiVersion: string
  readonly introduction: string
  readonly schema: JsonSchema
}

export function renderReference({ kind, apiVersion, introduction, schema }: ReferencePage): string {
  const section = (name: 'spec' | 'status'): string => {
    const part = schema.properties?.[name]
    return part === undefined ? '' : `## ${name}\n\n${head}\n${rows(part, name).join('\n')}\n`
  }
  const ruled = rulesOf(schema, '').map((message) => `- ${message}.`)
  return [
    `<!-- Written by node packages/api/generate.ts; do not edit. -->\n\n# ${kind}\n`,
    `\`apiVersion: ${apiVersion}\`, \`kind: ${kind}\`\n\n${introduction}\n`,
    section('spec'),
    `## What is refused\n\nBeside wrong types, unknown values and numbers out of range:\n\n${ruled.join('\n')}\n`,
    section('status'),
  ].join('\n')
}

const head = '| field | type | default | what it is |\n|---|---|---|---|'

function rows(schema: JsonSchema, path: string): string[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}.${name}`
    const inner = field.type === 'array' ? (field.items ?? {}) : field
    const cells = [
      `\`${at}\``,
      typeName(field),
      defaultOf(field, required.has(name)),
      field.description ?? '',
    ]
    return [`| ${cells.map(inCell).join(' | ')} |`, ...rows(inner, field.type === 'array' ? `${at}[]` : at)]
  })
}

function typeName(schema: JsonSchema): string {
  if (schema['x-kubernetes-int-or-string']) return 'integer or string'
  if (schema.enum) return schema.enum.map(String).join(', ')
  if (schema.type === 'array') return `list of ${schema.items?.type ?? 'object'}s`
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'object as in Kubernetes'
  if (schema.type === 'object' && schema.properties === undefined) return 'map of strings'
  const range = [
    ...(schema.minimum === undefined ? [] : [`from ${schema.minimum}`]),
    ...(schema.maximum === undefined ? [] : [`to ${schema.maximum}`]),
  ]
  return [schema.type ?? '', ...range].join(' ')
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return '**required**'
  if (schema.default === undefined || (schema.type === 'object' && schema.properties !== undefined)) return ''
  return `\`${JSON.stringify(schema.default)}\``
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function rulesOf(schema: JsonSchema, path: string): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message)
  return [
    ...own,
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => rulesOf(field, `${path}.${name}`)),
  ]
}
