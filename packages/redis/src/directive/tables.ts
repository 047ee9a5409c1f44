import type { Engine } from '../engine.ts'
import { rows } from '../generated/directives.ts'
import type { Directive } from './directive.ts'

const versions: Readonly<Record<Engine, readonly string[]>> = {
  redis: ['6.2', '7.0', '7.2', '7.4', '8.0'],
  valkey: ['7.2', '8.0', '8.1', '9.0', '9.1'],
}

/** The versions that have a table, oldest first, as `major.minor`. */
export function supportedVersions(engine: Engine): readonly string[] {
  return versions[engine]
}

const tables = new Map<string, ReadonlyMap<string, Directive>>()

/**
 * The directives of one version by name. `7.0.15` counts as `7.0`; a version that has no table is read as the newest that is
 * not newer, and one older than all as the oldest.
 *
 * @example directives('valkey', '8.1').get('hz')?.live
 */
export function directives(engine: Engine, version: string): ReadonlyMap<string, Directive> {
  const id = `${engine} ${tableVersion(engine, version)}`
  const made = tables.get(id)
  if (made !== undefined) return made
  const table = new Map<string, Directive>()
  for (const { versions: having, ...directive } of rows) {
    if (having.split(', ').includes(id)) table.set(directive.name, directive)
  }
  tables.set(id, table)
  return table
}

function tableVersion(engine: Engine, version: string): string {
  const known = versions[engine].filter((candidate) => order(candidate) <= order(version))
  return known.at(-1) ?? versions[engine][0] ?? ''
}

/** `7.0.15` as 7000, `7.10` as 7010: patch releases have the directives of their minor. */
function order(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major * 1000 + minor
}

/** Where a directive exists, `['redis 7.2', 'valkey 8.0']`, oldest first by engine; empty when it exists nowhere. */
export function versionsHaving(name: string): readonly string[] {
  const engines: readonly Engine[] = ['redis', 'valkey']
  return engines.flatMap((engine) =>
    versions[engine]
      .filter((version) => directives(engine, version).has(name))
      .map((version) => `${engine} ${version}`),
  )
}

/** `['redis 7.2', 'redis 7.4', 'redis 8.0', 'valkey 8.0']` as `redis 7.2 and newer, valkey 8.0`. */
export function versionRanges(having: readonly string[]): string {
  const engines: readonly Engine[] = ['redis', 'valkey']
  const ranges = engines.flatMap((engine) => {
    const all = versions[engine]
    const own = all.filter((version) => having.includes(`${engine} ${version}`))
    const [first, last] = [own[0], own.at(-1)]
    if (first === undefined || last === undefined) return []
    const unbroken = all.indexOf(last) - all.indexOf(first) === own.length - 1
    if (!unbroken) return [`${engine} ${own.join(', ')}`]
    if (first === last) return [`${engine} ${first}`]
    return [last === all.at(-1) ? `${engine} ${first} and newer` : `${engine} ${first} to ${last}`]
  })
  return ranges.join(', ')
}

/** What the same setting is called in other versions. */
export function otherNames(name: string): readonly string[] {
  const others = rows.flatMap((row) => {
    if (row.aliasOf === name) return [row.name]
    return row.name === name && row.aliasOf !== undefined ? [row.aliasOf] : []
  })
  return [...new Set(others)]
}

/** Whether any version holds the directive's value for a secret. */
export function isSensitive(name: string): boolean {
  return rows.some((row) => row.sensitive === true && row.name === name.toLowerCase())
}

/** The names of all directives of all versions, sorted; those that only a file may hold (`include`, `user`...) left out. */
export function allDirectiveNames(): readonly string[] {
  return [...new Set(rows.filter(({ type }) => type !== 'file-only').map(({ name }) => name))].sort()
}
