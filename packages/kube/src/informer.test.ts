import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer } from '../testing/index.ts'
import { pod } from '../testing/sample.ts'
import type { Client } from './client.ts'
import { systemClock } from './clock.ts'
import { createClient } from './json-client.ts'
import type { Pod } from './kinds.ts'
import { silentLog } from './log.ts'
import { Manager } from './manager.ts'
import { resources } from './resources.ts'

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

const podIn = (namespace: string, name: string): Pod => pod(name, { namespace })

test('several namespaces are as one, and what lies elsewhere is never asked for', async () => {
  for (const namespace of ['a', 'b', 'c']) server.put(resources.pods, podIn(namespace, 'one'))
  const pods = manager.informer(resources.pods, ['a', 'b'])
  const told: string[] = []
  const unsubscribe = pods.subscribe(({ type, object }) => told.push(`${type} ${object.metadata.namespace}`))
  expect(pods.store.hasSynced()).toBe(false)
  const running = manager.run(stop.signal)
  await pods.synced(stop.signal)
  expect(pods.store.hasSynced()).toBe(true)
  expect(pods.store.size).toBe(2)
  expect(pods.store.get('b/one')?.metadata.namespace).toBe('b')
  expect(pods.store.get('c/one')).toBeUndefined()
  expect(pods.store.list('c')).toEqual([])
  expect(pods.store.list('a')).toHaveLength(1)
  expect(told.sort()).toEqual(['added a', 'added b'])
  server.put(resources.pods, podIn('b', 'two'))
  await eventually(() => expect(pods.store.list()).toHaveLength(3))
  unsubscribe()
  server.put(resources.pods, podIn('a', 'two'))
  await eventually(() => expect(pods.store.list('a')).toHaveLength(2))
  expect(told).toHaveLength(3)
  expect(server.requests.filter(({ path }) => !/\/namespaces\/[ab]\//.test(path))).toEqual([])
  stop.abort()
  await running
})

test('without any it is every namespace, by one reflector', () => {
  expect(manager.informer(resources.pods)).toBe(manager.reflector(resources.pods))
})
