import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { capacity, notYetSupported, parseRedis, withDefaults } from '../src/index.ts'
import { redisJsonSchema } from '../src/redis/crd.ts'
import { evaluateRules } from '../testing/cel.ts'

const folder = join(import.meta.dirname, '../../../examples')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

test('there are examples', () => {
  expect(files).toEqual(
    expect.arrayContaining(['quickstart.yaml', 'single.yaml', 'store-with-aof.yaml', 'valkey.yaml']),
  )
})

test.each(files)('examples/%s can be applied and works in this version', (file) => {
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'))
  expect(documents.length).toBeGreaterThan(0)
  for (const document of documents) {
    const object: unknown = document.toJS()
    const parsed = parseRedis(object)
    expect(parsed).toMatchObject({ ok: true })
    if (!parsed.ok) continue
    const redis = withDefaults(parsed.redis)
    expect(notYetSupported(redis)).toEqual([])
    expect(capacity(redis).problems).toEqual([])
    expect(evaluateRules(redisJsonSchema(), parsed.redis)).toEqual([])
  }
})
