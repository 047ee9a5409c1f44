import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer, sendStatus } from '../testing/index.ts'
import { configMap } from '../testing/sample.ts'
import type { Client } from './client.ts'
import { type EventInput, EventRecorder, type EventRecorderOptions } from './events.ts'
import { FakeClock } from './fake-clock.ts'
import { createClient } from './json-client.ts'
import { type Log, silentLog } from './log.ts'
import type { KubeObject } from './object.ts'
import { resources } from './resources.ts'

let server: FakeApiServer
let client: Client
let clock: FakeClock
let recorder: EventRecorder
let warnings: object[]

beforeEach(async () => {
  server = await FakeApiServer.start()
  clock = new FakeClock()
  client = createClient(server.config, { clock })
  warnings = []
  recorder = make()
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

function make(o: Partial<EventRecorderOptions> = {}): EventRecorder {
  const log: Log = { ...silentLog, warn: (w) => void warnings.push(w) }
  return new EventRecorder({
    client,
    clock,
    log,
    reportingController: 'orlop.dev/operator',
    reportingInstance: 'pod-1',
    ...o,
  })
}

const map: KubeObject = { ...configMap('x'), metadata: { name: 'x', namespace: 'default', uid: 'u1' } }
const promoted: EventInput = { type: 'Normal', reason: 'Promoted', note: 'Promoted x-1 in place of x-0' }

test('an event says what the server demands of it', async () => {
  recorder.record(map, promoted)
  await recorder.flush()
  const [event] = server.all(resources.events)
  expect(event).toMatchObject({
    metadata: { namespace: 'default', name: expect.stringMatching(/^x\.[0-9a-f]+$/) },
    eventTime: '2026-01-01T00:00:00.000000Z',
    type: 'Normal',
    reason: 'Promoted',
    action: 'Promoted',
    note: 'Promoted x-1 in place of x-0',
    reportingController: 'orlop.dev/operator',
    reportingInstance: 'pod-1',
    regarding: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'x', uid: 'u1' },
  })
  expect(event).not.toHaveProperty('series')
})

test('repeats become one series, written once in a while', async () => {
  recorder.record(map, promoted)
  await recorder.flush()
  for (let i = 0; i < 50; i++) {
    await clock.advance(100)
    recorder.record(map, promoted)
  }
  expect(server.requests).toHaveLength(1)
  await clock.advance(10_000)
  await eventually(() => expect(server.requests).toHaveLength(2))
  const events = server.all(resources.events)
  expect(events).toHaveLength(1)
  expect(events[0]?.series).toEqual({ count: 51, lastObservedTime: '2026-01-01T00:00:05.000000Z' })
})

test('a new event does not wait for a series, nor the series come early for the event', async () => {
  recorder.record(map, promoted)
  await recorder.flush()
  recorder.record(map, promoted)
  recorder.record(map, { ...promoted, reason: 'Demoted' })
  await eventually(() => expect(server.all(resources.events)).toHaveLength(2))
  expect(server.requests.map((r) => r.method)).toEqual(['POST', 'POST'])
  await eventually(async () => {
    await clock.advance(1_000)
    expect(server.requests.map((r) => r.method)).toEqual(['POST', 'POST', 'PATCH'])
  })
})

test('other words, or another object, are another event', async () => {
  recorder.record(map, promoted)
  recorder.record(map, { ...promoted, note: 'Promoted x-2 in place of x-1' })
  recorder.record(map, { ...promoted, type: 'Warning' })
  recorder.record({ ...map, metadata: { ...map.metadata, uid: 'u2' } }, promoted)
  await recorder.flush()
  expect(server.all(resources.events)).toHaveLength(4)
})

test('after a silence the same words begin a new event', async () => {
  recorder.record(map, promoted)
  await recorder.flush()
  await clock.advance(6 * 60_000)
  recorder.record(map, promoted)
  await recorder.flush()
  expect(server.all(resources.events)).toHaveLength(2)
})

test('a series whose event has expired on the server begins it anew', async () => {
  recorder.record(map, promoted)
  await recorder.flush()
  const [event] = server.all(resources.events)
  server.remove(resources.events, `default/${event?.metadata.name}`)
  recorder.record(map, promoted)
  await recorder.flush()
  expect(server.all(resources.events)[0]?.series?.count).toBe(2)
})

test('what is too long is cut where the server would refuse it, and not within a character', async () => {
  const name = 'n'.repeat(253)
  recorder.record({ ...map, metadata: { name } }, { ...promoted, note: `${'a'.repeat(1_023)}ö` })
  await recorder.flush()
  const [event] = server.all(resources.events)
  expect(event?.note).toBe('a'.repeat(1_023))
  expect(event?.metadata.name.length).toBeLessThanOrEqual(253)
  expect(event?.metadata.namespace).toBe('default')
})

test('a server that refuses costs a line in the log and nothing else', async () => {
  server.fault = (_, response) => {
    sendStatus(response, 403, 'Forbidden')
    return true
  }
  recorder.record(map, promoted)
  await recorder.flush()
  expect(warnings).toMatchObject([{ code: 'Forbidden', reason: 'Promoted' }])
})

test('record never throws, whatever it is given', () => {
  expect(() => recorder.record({} as KubeObject, promoted)).not.toThrow()
  expect(warnings).toHaveLength(1)
})

test('when the server hangs what waits is bounded, and what was dropped is counted', async () => {
  recorder = make({ limit: 10 })
  server.fault = () => true
  for (let i = 0; i < 30; i++) recorder.record(map, { ...promoted, note: `${i}` })
  await eventually(async () => {
    await clock.advance(10_000)
    expect(warnings).toContainEqual({ dropped: expect.any(Number) })
  })
  expect(server.requests.length).toBeLessThanOrEqual(11)
})
