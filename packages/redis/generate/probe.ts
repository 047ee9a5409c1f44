import type { Connection } from '../src/connect/connection.ts'
import { isRedisError } from '../src/connect/error.ts'
import type { Directive, DirectiveType } from '../src/directive/directive.ts'
import { newerName } from './alias.ts'
import { refusalOf, withRunning } from './running.ts'
import type { Subject } from './servers.ts'

/** Read by code of their own, as MULTI_ARG_CONFIG in src/config.c (before 7.0 in `loadServerConfigFromString`). */
const wordLists: ReadonlySet<string> = new Set([
  'bind',
  'client-output-buffer-limit',
  'latency-tracking-info-percentiles',
  'oom-score-adj-values',
  'replicaof',
  'save',
  'slaveof',
])

/** SENSITIVE_CONFIG in src/config.c. */
const sensitive: ReadonlySet<string> = new Set([
  'masterauth',
  'masteruser',
  'primaryauth',
  'primaryuser',
  'requirepass',
  'tls-client-key-file-pass',
  'tls-key-file-pass',
])

/** Of the machine, not of the version. */
const noDefault: ReadonlySet<string> = new Set(['dir', 'port'])

/** For debugging the server, and hidden by later versions; or of a build that no package has (RDMA). */
const leftOut = /^(key-load-delay|rdb-key-save-delay|use-exit-on-panic|watchdog-period|rdma-.*)$/

/** Not in CONFIG GET: instructions of the file (`loadServerConfigFromString` in src/config.c). */
const fileOnly: readonly string[] = ['include', 'loadmodule', 'rename-command', 'user']

/** Asks a real server for its whole table. */
export async function probe(subject: Subject): Promise<Directive[]> {
  return await withRunning(subject, async (redis) => {
    const defaults = await redis.configGet('*')
    const names = [...Object.keys(defaults), ...(subject.unlisted ?? [])]
      .filter((name) => !leftOut.test(name))
      .sort()
    const found: Directive[] = []
    for (const name of names) found.push(await probeOne(subject, redis, name, defaults[name], names))
    return [...found, ...fileOnly.map((name): Directive => ({ name, type: 'file-only', live: false }))]
  })
}

async function probeOne(
  subject: Subject,
  redis: Connection,
  name: string,
  value: string | undefined,
  names: readonly string[],
): Promise<Directive> {
  const form = await formOf(subject, name)
  const live = value !== undefined && (await isLive(redis, name, value))
  const synonyms =
    form.type === 'enum' && value !== undefined && live
      ? await synonymsOf(redis, name, value, form.values ?? [])
      : {}
  const aliasOf = newerName(name, names)
  return {
    name,
    ...form,
    ...(corrections[name] ?? {}),
    ...(Object.keys(synonyms).length > 0 ? { synonyms } : {}),
    ...(noDefault.has(name) || value === undefined ? {} : { default: value }),
    live,
    ...(aliasOf === undefined ? {} : { aliasOf }),
    ...(sensitive.has(name) ? { sensitive: true } : {}),
  }
}

/**
 * What the answers do not tell. `hz` and `repl-backlog-size` take less and more, and become the bound (`initServer` and
 * `resizeReplicationBacklog`). A live server looks for the file limit of a larger `maxclients` in steps of 16
 * (`adjustOpenFilesLimit` in src/server.c) and is deaf meanwhile: 27 ms for a million, more than 10 s for 999999999
 * (measured, 7.0.15). The last is read by hand in 6.2, which takes any text.
 */
const corrections: Readonly<Record<string, Partial<Form>>> = {
  hz: { min: 1, max: 500 },
  maxclients: { max: 1_000_000 },
  'repl-backlog-size': { min: 16_384 },
  unixsocketperm: { type: 'octal' },
}

type Form = Pick<Directive, 'type' | 'min' | 'max' | 'values'>

/** The answer to a value that no directive can mean tells what it would take. */
async function formOf(subject: Subject, name: string): Promise<Form> {
  if (wordLists.has(name)) return { type: 'words' }
  if (name === 'notify-keyspace-events') return { type: 'letters', values: await lettersOf(subject, name) }
  const refusal = await refusalOf(subject, `${name} orlop-probe`)
  if (refusal === undefined) return { type: 'string' }
  if (refusal.includes("must be 'yes' or 'no'")) return { type: 'bool' }
  if (refusal.includes('memory or percent')) return { type: 'percent-or-memory' }
  if (refusal.includes('memory value')) return bounded(subject, name, 'memory', ['0'])
  if (/octal|socket file permissions/i.test(refusal)) return { type: 'octal' }
  if (/parsed into an integer/.test(refusal))
    return bounded(subject, name, 'integer', ['-9223372036854775808'])
  const values = /one of the following: (.*)$/.exec(refusal)?.[1]?.split(', ')
  if (values === undefined) return { type: 'string' }
  return { type: (await takesTwo(subject, name, values)) ? 'flags' : 'enum', values }
}

async function lettersOf(subject: Subject, name: string): Promise<string[]> {
  const letters: string[] = []
  for (const letter of '$ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') {
    if ((await refusalOf(subject, `${name} ${letter}`)) === undefined) letters.push(letter)
  }
  return letters
}

/** The answer to a number that is out of range tells both bounds. */
async function bounded(
  subject: Subject,
  name: string,
  type: DirectiveType,
  below: readonly string[],
): Promise<Form> {
  for (const value of [...below, '9223372036854775807']) {
    const bounds = /between (-?\d+) and (-?\d+) inclusive/.exec(
      (await refusalOf(subject, `${name} ${value}`)) ?? '',
    )
    if (bounds === null) continue
    const [min, max] = [Number(bounds[1]), Number(bounds[2])]
    return {
      type,
      ...(Number.isSafeInteger(min) ? { min } : {}),
      ...(Number.isSafeInteger(max) ? { max } : {}),
    }
  }
  return { type }
}

async function takesTwo(subject: Subject, name: string, values: readonly string[]): Promise<boolean> {
  if ((await refusalOf(subject, `${name} orlop probe`))?.startsWith('wrong number of arguments') === true)
    return false
  for (const a of values) {
    for (const b of values)
      if (a !== b && (await refusalOf(subject, `${name} ${a} ${b}`)) === undefined) return true
  }
  return false
}

/** Sets it to what it is. Immutable: "can't set immutable config", 6.2 "Unsupported CONFIG parameter"; dir: "protected config". */
async function isLive(redis: Connection, name: string, value: string): Promise<boolean> {
  const refusal = await setRefusal(redis, name, value)
  return refusal === undefined || !/immutable|protected|Unsupported CONFIG parameter/.test(refusal)
}

async function synonymsOf(
  redis: Connection,
  name: string,
  value: string,
  values: readonly string[],
): Promise<Record<string, string>> {
  const synonyms: Record<string, string> = {}
  for (const word of values) {
    if ((await setRefusal(redis, name, word)) !== undefined) continue
    const answer = (await redis.configGet(name))[name]
    if (answer !== undefined && answer !== word) synonyms[word] = answer
  }
  await setRefusal(redis, name, value)
  return synonyms
}

async function setRefusal(redis: Connection, name: string, value: string): Promise<string | undefined> {
  try {
    await redis.configSet({ [name]: value })
    return undefined
  } catch (error) {
    if (isRedisError(error, 'Reply')) return error.message
    throw error
  }
}
