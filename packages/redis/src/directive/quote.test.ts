import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startServer } from '../../testing/server.ts'
import { withConnection } from '../connect/connection.ts'
import { quoteDirective } from './quote.ts'

test.each([
  ['hz', '20', 'hz 20'],
  ['dir', '/data', 'dir /data'],
  ['save', '', 'save ""'],
  ['save', '900 1 300 10', 'save 900 1\nsave 300 10'],
  [
    'client-output-buffer-limit',
    'normal 0 0 0 replica 1mb 1mb 60',
    'client-output-buffer-limit normal 0 0 0\nclient-output-buffer-limit replica 1mb 1mb 60',
  ],
  ['bind', '* -::*', 'bind * -::*'],
  ['replicaof', '', 'replicaof no one'],
  ['replicaof', 'cache-0.nodes 6379', 'replicaof cache-0.nodes 6379'],
  ['shutdown-on-sigterm', 'save now', 'shutdown-on-sigterm save now'],
  ['masterauth', 'a "b" \\ c', 'masterauth "a \\"b\\" \\\\ c"'],
  ['masterauth', '#no comment', 'masterauth "#no comment"'],
  ['masterauth', 'x\nport 1', 'masterauth "x\\x0aport 1"'],
])('%s %j is written %j', (name, value, line) => {
  expect(quoteDirective(name, value)).toBe(line)
})

test('a server reads back every text that was written', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'"\'\\# \tnrtabx0{}$%'), maxLength: 40 }),
  )
  // One start for many texts: user names and their keys are text, too, but a file's own directives come once each.
  const names = [
    'masterauth',
    'masteruser',
    'replica-announce-ip',
    'syslog-ident',
    'tls-key-file-pass',
    'tls-ciphers',
    'tls-ciphersuites',
    'tls-client-key-file-pass',
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: names.length, maxLength: names.length }), async (texts) => {
      const wanted = Object.fromEntries(names.map((name, i) => [name, (texts[i] ?? '').replaceAll('\0', '')]))
      const server = await startServer({
        config: Object.entries(wanted).map(([name, value]) => quoteDirective(name, value)),
      })
      try {
        await withConnection(server.target, {}, async (redis) => {
          for (const name of names) expect(await redis.configGet(name)).toEqual({ [name]: wanted[name] })
        })
      } finally {
        await server.stop()
      }
    }),
    { numRuns: 25 },
  )
})

test('a server reads back lists', async () => {
  const wanted = {
    save: '900 1 300 10',
    'client-output-buffer-limit': 'normal 0 0 0 slave 1048576 1048576 60 pubsub 33554432 8388608 60',
    'oom-score-adj-values': '0 100 800',
    'latency-tracking-info-percentiles': '50 99.9',
    'shutdown-on-sigterm': 'save now',
    'notify-keyspace-events': '$lE',
  }
  const server = await startServer({
    config: Object.entries(wanted).map(([name, value]) => quoteDirective(name, value)),
  })
  try {
    await withConnection(server.target, {}, async (redis) => {
      for (const [name, value] of Object.entries(wanted))
        expect(await redis.configGet(name)).toEqual({ [name]: value })
    })
  } finally {
    await server.stop()
  }
})

test('no value starts a line of its own, nor one that a shell or the server would run', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (value) => {
      expect(quoteDirective('masterauth', value)).toMatch(/^masterauth [\x20-\x7e]+$/)
    }),
  )
  const dir = await mkdtemp(join(tmpdir(), 'orlop-quote-'))
  try {
    const file = join(dir, 'redis.conf')
    await writeFile(file, `${quoteDirective('masterauth', 'x"\r\nloadmodule /nowhere')}\norlop-end\n`)
    const ended = await promisify(execFile)('redis-server', [file], { timeout: 60_000 }).catch(
      (error: unknown) => error,
    )
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("at line 2\n>>> 'orlop-end'") })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
