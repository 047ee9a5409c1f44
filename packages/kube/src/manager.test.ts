import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer } from '../testing/index.ts'
import { configMap, pod } from '../testing/sample.ts'
import type { Client } from './client.ts'
import { systemClock } from './clock.ts'
import { createClient } from './json-client.ts'
import { silentLog } from './log.ts'
import { Manager } from './manager.ts'
import { keyOf } from './object.ts'
import { resources } from './resources.ts'
import { watches } from './source.ts'

let server: FakeApiServer
let client: Client
let manager: Manager
let stop: AbortController

beforeEach(async () => {
  server = await FakeApiServer.start()
  client = createClient(server.config)
  manager = new Manager({ client, log: silentLog, clock: systemClock, random: Math.random })
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await client.close()
  await server.stop()
})

test('equal selections share a reflector and join their indexes; others do not', () => {
  const one = manager.reflector(resources.pods, { namespace: 'a', labelSelector: 'x=y' })
  const byName = (p: { metadata: { name: string } }): string[] => [p.metadata.name]
  expect(
    manager.reflector(resources.pods, { labelSelector: 'x=y', namespace: 'a', indexers: { byName } }),
  ).toBe(one)
  expect(one.store.byIndex('byName', 'x')).toEqual([])
  expect(manager.reflector(resources.pods, { namespace: 'b' })).not.toBe(one)
  expect(manager.reflector(resources.secrets, { namespace: 'a', labelSelector: 'x=y' })).not.toBe(one)
  const slim = manager.reflector(resources.pods, {
    namespace: 'a',
    labelSelector: 'x=y',
    transform: (p) => p,
  })
  expect(slim).not.toBe(one)
})

test('a change of any source brings its key to the controller, once all sources are read', async () => {
  server.put(resources.pods, pod('a'))
  const pods = manager.reflector(resources.pods)
  const maps = manager.reflector(resources.configMaps)
  const reconciled: string[] = []
  manager.controller({
    name: 'test',
    sources: [watches(pods, (p) => [keyOf(p)]), watches(maps, (m) => [`default/${m.data?.about}`])],
    reconcile: async ({ name }) => {
      expect(manager.hasSynced()).toBe(true)
      reconciled.push(name)
    },
  })
  expect(manager.hasSynced()).toBe(false)
  const running = manager.run(stop.signal)
  await eventually(() => expect(reconciled).toEqual(['a']))
  server.put(resources.configMaps, configMap('m', { about: 'b' }))
  await eventually(() => expect(reconciled).toEqual(['a', 'b']))
  stop.abort()
  await running
  await eventually(() => expect(server.watches).toBe(0))
})

test('what is added while it runs, starts', async () => {
  const running = manager.run(stop.signal)
  const pods = manager.reflector(resources.pods)
  await pods.synced()
  stop.abort()
  await running
})

test('a part that breaks stops the others and is told', async () => {
  manager.reflector(resources.pods)
  manager.controller({
    name: 'broken',
    reconcile: async () => {},
    sources: [{ start: () => () => {}, synced: () => Promise.reject(new Error('no')) }],
  })
  await expect(manager.run(stop.signal)).rejects.toThrow('no')
})
