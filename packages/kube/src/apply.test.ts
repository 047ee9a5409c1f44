import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeApiServer } from '../testing/index.ts'
import { configMap } from '../testing/sample.ts'
import { ApplyCache, applyIfChanged, hashOf } from './apply.ts'
import type { Client } from './client.ts'
import { createClient } from './json-client.ts'
import type { ConfigMap } from './kinds.ts'
import { resources } from './resources.ts'

let server: FakeApiServer
let client: Client
let cache: ApplyCache

beforeEach(async () => {
  server = await FakeApiServer.start()
  client = createClient(server.config)
  cache = new ApplyCache()
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

const apply = (desired: ConfigMap): Promise<string> =>
  applyIfChanged(client, cache, resources.configMaps, desired, {
    fieldManager: 'orlop',
    live: server.get(resources.configMaps, 'default/x'),
  })

test('the second time nothing is asked of the server', async () => {
  expect(await apply(configMap('x', { a: '1', b: '2' }))).toBe('applied')
  expect(server.get(resources.configMaps, 'default/x')?.data).toEqual({ a: '1', b: '2' })
  expect(server.requests).toHaveLength(1)
  expect(await apply(configMap('x', { b: '2', a: '1' }))).toBe('unchanged')
  expect(server.requests).toHaveLength(1)
})

test('what somebody else changed is put right; what they added is left', async () => {
  await apply(configMap('x', { a: '1' }))
  server.put(resources.configMaps, configMap('x', { a: '1', theirs: '2' }))
  expect(await apply(configMap('x', { a: '1' }))).toBe('unchanged')
  server.put(resources.configMaps, configMap('x', { a: 'changed' }))
  expect(await apply(configMap('x', { a: '1' }))).toBe('applied')
  expect(server.get(resources.configMaps, 'default/x')?.data).toEqual({ a: '1' })
})

test('what is no longer wanted is applied, though the object still contains the rest', async () => {
  await apply(configMap('x', { a: '1', b: '2' }))
  expect(await apply(configMap('x', { a: '1' }))).toBe('applied')
})

test('an object that was deleted, or made anew under its name, is applied', async () => {
  await apply(configMap('x', { a: '1' }))
  server.remove(resources.configMaps, 'default/x')
  expect(await apply(configMap('x', { a: '1' }))).toBe('applied')
  server.remove(resources.configMaps, 'default/x')
  server.put(resources.configMaps, configMap('x', { a: '1' }))
  expect(await apply(configMap('x', { a: '1' }))).toBe('applied')
  expect(await apply(configMap('x', { a: '1' }))).toBe('unchanged')
})

test('after a restart each object is applied once: what was applied before is not known', async () => {
  await apply(configMap('x', { a: '1' }))
  cache = new ApplyCache()
  expect(await apply(configMap('x', { a: '1' }))).toBe('applied')
  expect(await apply(configMap('x', { a: '1' }))).toBe('unchanged')
})

test('a failed apply is not remembered', async () => {
  server.fault = (_, response) => {
    response.destroy()
    return true
  }
  await expect(apply(configMap('x'))).rejects.toMatchObject({ code: 'Unavailable' })
  server.fault = () => false
  expect(await apply(configMap('x'))).toBe('applied')
})

test('a digest follows the meaning, not the order', () => {
  expect(hashOf({ a: [1, { b: 2, c: 3 }] })).toBe(hashOf({ a: [1, { c: 3, b: 2 }] }))
  expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }))
})
