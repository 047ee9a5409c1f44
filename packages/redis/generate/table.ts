import type { Directive } from '../src/directive/directive.ts'
import type { Row } from '../src/directive/row.ts'

/** The table of one version, `redis 7.0`. */
export interface Table {
  readonly version: string
  readonly source: string
  readonly directives: readonly Directive[]
}

/** Folds equal entries of the versions into one row each, in the order of names and versions. */
export function fold(tables: readonly Table[]): Row[] {
  const rows = new Map<string, { directive: Directive; versions: string[] }>()
  for (const table of tables) {
    for (const directive of table.directives) {
      const key = JSON.stringify(directive)
      const row = rows.get(key) ?? { directive, versions: [] }
      row.versions.push(table.version)
      rows.set(key, row)
    }
  }
  return [...rows.values()]
    .sort((a, b) => (a.directive.name < b.directive.name ? -1 : a.directive.name > b.directive.name ? 1 : 0))
    .map(({ directive, versions }) => ({ ...directive, versions: versions.join(', ') }))
}

const header = (how: string): string =>
  `// Written by packages/redis/generate/main.ts; ${how}. Do not edit.\n`

/** The text of src/generated/directives.ts. */
export function renderRows(tables: readonly Table[]): string {
  const sources = tables.map(({ version, source }) => `  ${literal(version)}: ${literal(source)},`)
  const rows = fold(tables).map((row) => `  ${literal(row)},`)
  return `${header('the table of each version was asked from the server named in `sources`')}import type { Row } from '../directive/row.ts'

export const sources: Readonly<Record<string, string>> = {
${sources.join('\n')}
}

export const rows: readonly Row[] = [
${rows.join('\n')}
]
`
}

/** The text of packages/api/src/generated/directive-names.ts: what a CRD rule may let through, so nothing that only a file may say. */
export function renderNames(tables: readonly Table[]): string {
  const names = tables.flatMap(({ directives }) =>
    directives.filter(({ type }) => type !== 'file-only').map(({ name }) => name),
  )
  const lines = [...new Set(names)].sort().map((name) => `  ${literal(name)},`)
  return `${header('the directives of all supported versions of Redis and Valkey')}export const directiveNames: readonly string[] = [\n${lines.join('\n')}\n]\n`
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string'
      ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
      : String(value)
  }
  const fields = Object.entries(value).map(
    ([key, field]) => `${/^[a-zA-Z]+$/.test(key) ? key : literal(key)}: ${literal(field)}`,
  )
  return `{ ${fields.join(', ')} }`
}
