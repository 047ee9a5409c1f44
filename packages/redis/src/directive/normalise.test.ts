import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../testing/server.ts'
import { type Connection, withConnection } from '../connect/connection.ts'
import { isRedisError } from '../connect/error.ts'
import { checkConfig } from './check-config.ts'
import type { Directive } from './directive.ts'
import { normalise } from './normalise.ts'
import { directives } from './tables.ts'

let server: TestServer
let engine: 'redis' | 'valkey'
let version: string

beforeAll(async () => {
  server = await startServer()
  const info = await withConnection(server.target, {}, (redis) => redis.info('server'))
  ;({ engine, version } = info.server)
})
afterAll(() => server.stop())

/** Would cut the test off, change who it speaks to, or depend on the machine's limits and files. */
const leftAlone =
  /^(bind|bind-source-addr|port|tls-.*|requirepass|maxclients|oom-score-adj.*|.*cpulist|client-query-buffer-limit|client-output-buffer-limit|unixsocket.*|maxmemory-clients|activedefrag|proto-max-bulk-len|repl-backlog-size|repl-timeout|timeout|dir|syslog.*|locale-collate)$/

const case_ = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.toUpperCase(),
)
const unit = fc.constantFrom('', 'b', 'k', 'kb', 'm', 'mb', 'g', 'gb')
const memory = fc
  .tuple(fc.nat(4096), unit, case_)
  .map(([number, suffix, spell]) => `${number}${spell(suffix)}`)
const events = fc.string({ unit: fc.constantFrom(...'Ag$lshzxeKEtmdn'), maxLength: 8 })

/** Values that such a directive may take, in all the ways a person may write them. */
function valuesOf(directive: Directive): fc.Arbitrary<string> {
  const word = fc
    .tuple(fc.constantFrom(...(directive.values ?? [''])), case_)
    .map(([value, spell]) => spell(value))
  switch (directive.type) {
    case 'bool':
      return fc.constantFrom('yes', 'no', 'YES', 'No')
    case 'integer': {
      const min = Math.max(directive.min ?? -5, -5)
      return fc.integer({ min, max: Math.min(directive.max ?? min + 1000, min + 1000) }).map(String)
    }
    case 'memory':
      return memory
    case 'percent-or-memory':
      return fc.oneof(
        memory,
        fc.nat(100).map((number) => `${number}%`),
      )
    case 'enum':
      return word
    case 'flags':
      return fc.array(word, { minLength: 1, maxLength: 3 }).map((flags) => flags.join(' '))
    case 'letters':
      return events
    default:
      return fc.string({ maxLength: 12 })
  }
}

test('whatever is accepted is set, and CONFIG GET answers what normalise says', async () => {
  const candidates = [...directives(engine, version).values()].filter(
    ({ name, live, type }) => live && type !== 'words' && !leftAlone.test(name),
  )
  expect(candidates.length).toBeGreaterThan(100)
  const anyPair = fc
    .constantFrom(...candidates)
    .chain((directive) => valuesOf(directive).map((value) => [directive, value] as const))
  let set = 0
  await withConnection(server.target, {}, async (redis) => {
    const property = fc.asyncProperty(anyPair, async ([directive, value]) => {
      if (checkConfig(engine, version, { [directive.name]: value }, new Map()).length > 0) return
      const refusal = await refused(redis, directive.name, value)
      // What two flags mean together is the server's to judge.
      if (directive.type === 'flags' && refusal !== undefined) return
      expect({ value, refusal }).toEqual({ value, refusal: undefined })
      expect(await redis.configGet(directive.name)).toMatchObject({
        [directive.name]: normalise(directive, value),
      })
      set++
    })
    await fc.assert(property, { numRuns: 1500 })
  })
  expect(set).toBeGreaterThan(700)
})

async function refused(redis: Connection, name: string, value: string): Promise<string | undefined> {
  try {
    await redis.configSet({ [name]: value })
    return undefined
  } catch (error) {
    if (isRedisError(error, 'Reply')) return error.message
    throw error
  }
}

test.each([
  ['save', '900 1  300 10'],
  ['save', ''],
  ['client-output-buffer-limit', 'replica 256MB 64mb 60'],
  ['client-output-buffer-limit', 'NORMAL 1m 2gb 3 pubsub 8m 2m 60'],
  ['latency-tracking-info-percentiles', '99.90 50 1'],
  ['latency-tracking-info-percentiles', ''],
  ['oom-score-adj-values', '0  100 800'],
  ['shutdown-on-sigterm', 'now SAVE'],
  ['hz', '500'],
  ['repl-backlog-size', '1mb'],
  ['maxmemory-clients', '5%'],
  ['maxmemory', '1g'],
  ['maxmemory', '1G'],
])('%s %j is answered in normal form, and setting that form changes nothing', async (name, value) => {
  const directive = directives(engine, version).get(name)
  if (directive === undefined) throw new Error(`${engine} ${version} has no ${name}`)
  expect(checkConfig(engine, version, { [name]: value }, new Map())).toEqual([])
  const normal = normalise(directive, value)
  await withConnection(server.target, {}, async (redis) => {
    // Classes of buffers that are not named keep their values, so each case begins at the default.
    await redis.configSet({ [name]: directive.default ?? '' })
    await redis.configSet({ [name]: normal })
    expect(await redis.configGet(name)).toEqual({ [name]: normal })
  })
  expect(normalise(directive, normal)).toBe(normal)
})

test('normalising twice is normalising once, for every directive of every kind', () => {
  const all = [...directives('valkey', '9.1').values(), ...directives('redis', '6.2').values()]
  const anyPair = fc
    .constantFrom(...all)
    .chain((directive) => valuesOf(directive).map((value) => [directive, value] as const))
  fc.assert(
    fc.property(anyPair, ([directive, value]) => {
      const once = normalise(directive, value)
      expect(normalise(directive, once)).toBe(once)
    }),
  )
})
