import { expect, test } from 'vitest'
import { withConnection } from '../src/connect/connection.ts'
import type { Directive } from '../src/directive/directive.ts'
import { directives } from '../src/directive/tables.ts'
import { startServer } from '../testing/server.ts'
import { probe } from './probe.ts'

test('the table of the installed server is what that server says today', async () => {
  const server = await startServer()
  const { engine, version } = (await withConnection(server.target, {}, (redis) => redis.info('server')))
    .server
  await server.stop()
  const told = await probe({ engine, version, release: version, command: ['redis-server'] })
  const form = ({ name, type, min, max, values, live, aliasOf }: Directive) => ({
    name,
    type,
    min,
    max,
    values,
    live,
    aliasOf,
  })
  const sorted = (table: Iterable<Directive>): unknown[] =>
    [...table].sort((a, b) => (a.name < b.name ? -1 : 1)).map(form)
  expect(sorted(told)).toEqual(sorted(directives(engine, version).values()))
}, 120_000)

test('names that are aliases are one setting', async () => {
  const server = await startServer()
  try {
    await withConnection(server.target, {}, async (redis) => {
      const { engine, version } = (await redis.info('server')).server
      const aliases = [...directives(engine, version).values()].filter(
        ({ aliasOf, live, type }) => aliasOf !== undefined && live && type === 'integer',
      )
      expect(aliases.length).toBeGreaterThan(5)
      for (const { name, aliasOf = '' } of aliases) {
        await redis.configSet({ [name]: '7' })
        expect(await redis.configGet(aliasOf)).toEqual({ [aliasOf]: '7' })
      }
    })
  } finally {
    await server.stop()
  }
})
