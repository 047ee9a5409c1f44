import type { Engine } from '../engine.ts'
import { checkValue } from './check-value.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { directives, isSensitive, otherNames, versionRanges, versionsHaving } from './tables.ts'

/**
 * What is wrong with the directives a user asks for, in the order given; empty when a server of this version starts with them.
 * An unknown name or value is fatal when the server starts, so none may reach a pod.
 *
 * @param owned directives that are not the user's to set, with what to do instead
 * @example checkConfig('redis', '7.0', { hz: '20' }, new Map([['port', 'Orlop decides where an instance listens']]))
 */
export function checkConfig(
  engine: Engine,
  version: string,
  config: Readonly<Record<string, string>>,
  owned: ReadonlyMap<string, string>,
): Problem[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const problem = checkOne(engine, version, name, value, owned)
    if (problem === undefined) return []
    return isSensitive(name) ? { ...problem, value: '(secret)' } : problem
  })
}

/** The first that objects decides. */
function checkOne(
  engine: Engine,
  version: string,
  name: string,
  value: string,
  owned: ReadonlyMap<string, string>,
): Problem | undefined {
  return (
    checkCharacters(name, value) ??
    checkOwned(name, value, owned) ??
    checkName(engine, version, name, value) ??
    checkValueOf(engine, version, name, value)
  )
}

function checkCharacters(name: string, value: string): Problem | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for; a line end would start a directive of its own.
  if (!/[\u0000-\u001f\u007f\u2028\u2029]/.test(name + value)) return undefined
  return {
    field: printable(name),
    value: printable(value),
    code: 'ControlCharacter',
    message: `${printable(name)} holds a line end or another control character`,
    remedy: 'write it on one line, without tabs',
  }
}

function checkOwned(name: string, value: string, owned: ReadonlyMap<string, string>): Problem | undefined {
  // A server takes names in any case, so the owned ones are looked for in any case as well.
  const advice = owned.get(name.toLowerCase())
  if (advice === undefined) return undefined
  return { field: name, value, code: 'OwnedDirective', message: `${name} is set by Orlop`, remedy: advice }
}

function checkName(engine: Engine, version: string, name: string, value: string): Problem | undefined {
  const table = directives(engine, version)
  const directive = table.get(name)
  if (directive?.type === 'file-only') {
    const message = `${name} is an instruction of a configuration file and not a setting`
    return { field: name, value, code: 'OwnedDirective', message, remedy: 'leave it out' }
  }
  if (directive !== undefined) return undefined
  const elsewhere = versionsHaving(name)
  if (elsewhere.length === 0) {
    const settings = [...table.values()].filter(({ type }) => type !== 'file-only').map((known) => known.name)
    const similar = nearest(name, settings)
    const message = `${engine} ${version} has no directive ${name}, and no other version has`
    const remedy = similar === undefined ? 'leave it out' : `did you mean ${similar}?`
    return { field: name, value, code: 'UnknownDirective', message, remedy }
  }
  const here = otherNames(name).find((other) => table.has(other))
  const message = `${engine} ${version} has no directive ${name}; it is in ${versionRanges(elsewhere)}`
  const remedy =
    here === undefined ? 'leave it out, or use one of these versions' : `here it is called ${here}`
  return { field: name, value, code: 'NotInVersion', message, remedy }
}

function checkValueOf(engine: Engine, version: string, name: string, value: string): Problem | undefined {
  const directive = directives(engine, version).get(name)
  return directive === undefined ? undefined : checkValue(directive, value)
}

function printable(text: string): string {
  const quoted = JSON.stringify(text)
  return quoted.slice(1, -1)
}
