import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { FakeApiServer, sendStatus } from '../testing/index.ts'
import { configMap, pod } from '../testing/sample.ts'
import type { Client } from './client.ts'
import { KubeError } from './errors.ts'
import { FakeClock } from './fake-clock.ts'
import { createClient } from './json-client.ts'
import { resources } from './resources.ts'

let server: FakeApiServer
let client: Client
const clock = new FakeClock()

beforeEach(async () => {
  server = await FakeApiServer.start()
  client = createClient({ ...server.config, token: 'secret' }, { clock, userAgent: 'a test' })
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

const one = { namespace: 'default', name: 'one' }

test('an object comes back with the fields that no type knows', async () => {
  await client.create(resources.pods, {
    ...pod('one'),
    spec: { containers: [], fromTheFuture: { x: 1 } },
  } as never)
  expect(await client.get(resources.pods, one)).toMatchObject({ spec: { fromTheFuture: { x: 1 } } })
})

test('the items of a list say what they are', async () => {
  server.put(resources.pods, pod('one'))
  const { items, metadata } = await client.list(resources.pods)
  expect(items).toMatchObject([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one' } }])
  expect(metadata.resourceVersion).toBe('101')
})

test('a list goes on where the page before ended', async () => {
  for (const name of ['a', 'b', 'c']) server.put(resources.pods, pod(name))
  const first = await client.list(resources.pods, { limit: 2 })
  const second = await client.list(resources.pods, { limit: 2, continue: first.metadata.continue })
  expect([...first.items, ...second.items].map((p) => p.metadata.name)).toEqual(['a', 'b', 'c'])
  expect(second.metadata.continue).toBeUndefined()
})

test('credentials and the name of the program go along', async () => {
  await client.list(resources.nodes)
  expect(server.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'user-agent': 'a test',
  })
})

test('a token is asked for again at each request', async () => {
  let n = 0
  const other = createClient({ ...server.config, token: async () => `t${++n}` })
  await other.list(resources.nodes)
  await other.list(resources.nodes)
  expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer t1', 'Bearer t2'])
  await other.close()
})

test('apply sends JSON under the name of YAML, with its manager', async () => {
  await client.apply(resources.configMaps, configMap('one', { a: '1' }), {
    fieldManager: 'orlop',
    force: true,
  })
  const { method, path, query, headers } = server.requests[0] ?? expect.fail('no request')
  expect([method, path, headers['content-type']]).toEqual([
    'PATCH',
    '/api/v1/namespaces/default/configmaps/one',
    'application/apply-patch+yaml',
  ])
  expect(Object.fromEntries(query)).toEqual({ fieldManager: 'orlop', force: 'true' })
})

test('a delete carries its preconditions', async () => {
  server.put(resources.pods, pod('one'))
  await client.delete(resources.pods, one, { preconditions: { uid: 'u' }, gracePeriodSeconds: 0 })
  expect(server.requests[0]?.body).toMatchObject({ preconditions: { uid: 'u' }, gracePeriodSeconds: 0 })
})

test('an update of an older version is a conflict', async () => {
  const read = server.put(resources.configMaps, configMap('one'))
  server.put(resources.configMaps, configMap('one', { a: '1' }))
  await expect(client.update(resources.configMaps, read)).rejects.toMatchObject({
    code: 'Conflict',
    status: 409,
  })
})

describe('an empty or missing name is refused before anything is sent', () => {
  test.each([
    ['an empty name', () => client.delete(resources.pods, { namespace: 'default', name: '' })],
    ['no namespace', () => client.get(resources.pods, { name: 'one' })],
    [
      'a create without namespace',
      () => client.create(resources.pods, { ...pod('x'), metadata: { name: 'x' } }),
    ],
  ])('%s', async (_, act) => {
    await expect(act()).rejects.toMatchObject({ code: 'BadRequest' })
    expect(server.requests).toEqual([])
  })
})

describe('an answer becomes an error with a code', () => {
  test.each([
    [400, 'BadRequest', 'BadRequest'],
    [401, 'Unauthorized', 'Unauthorized'],
    [403, 'Forbidden', 'Forbidden'],
    [404, 'NotFound', 'NotFound'],
    [409, 'AlreadyExists', 'AlreadyExists'],
    [409, 'Conflict', 'Conflict'],
    [410, 'Expired', 'Gone'],
    [413, 'RequestEntityTooLarge', 'TooLarge'],
    [415, 'UnsupportedMediaType', 'Unsupported'],
    [422, 'Invalid', 'Invalid'],
    [500, 'InternalError', 'Internal'],
    [500, 'ServerTimeout', 'Timeout'],
    [503, 'ServiceUnavailable', 'Unavailable'],
    [504, 'Timeout', 'Timeout'],
    [429, 'a reason of tomorrow', 'TooManyRequests'],
  ])('%i %s -> %s', async (status, reason, code) => {
    server.fault = (_, response) => {
      sendStatus(response, status, reason)
      return true
    }
    const error = await client.get(resources.pods, one).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(KubeError)
    expect(error).toMatchObject({ code, status, body: { reason } })
  })
})

test('429 says when to come again, in milliseconds', async () => {
  server.fault = (_, response) => {
    sendStatus(response, 429, 'TooManyRequests', { 'retry-after': '7' })
    return true
  }
  await expect(client.list(resources.pods)).rejects.toMatchObject({
    code: 'TooManyRequests',
    retryAfter: 7_000,
  })
})

test('a proxy that answers in HTML is an error like any other', async () => {
  server.fault = (_, response) => {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    return true
  }
  await expect(client.list(resources.pods)).rejects.toMatchObject({ code: 'Unavailable', status: 502 })
})

test('half an answer is no answer', async () => {
  server.fault = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items": [')
    return true
  }
  await expect(client.list(resources.pods)).rejects.toMatchObject({ code: 'Internal' })
})

test('a connection cut in the middle of an answer is Unavailable', async () => {
  server.fault = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"items": [', () => response.destroy())
    return true
  }
  await expect(client.list(resources.pods)).rejects.toMatchObject({ code: 'Unavailable' })
})

test('nobody listens: Unavailable', async () => {
  const nowhere = createClient({ server: 'http://localhost', socketPath: '/nowhere/api.sock' })
  await expect(nowhere.list(resources.pods)).rejects.toMatchObject({ code: 'Unavailable' })
  await nowhere.close()
})

describe('a server that hangs', () => {
  const hang: Record<string, FakeApiServer['fault']> = {
    'before the answer': () => true,
    'in the middle of it': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"items"')
      return true
    },
  }
  test.each(Object.entries(hang))('%s costs no more than the deadline', async (_, fault) => {
    server.fault = fault
    const call = client.list(resources.pods, { timeout: 5_000 }).catch((e: unknown) => e)
    await eventually(() => expect(server.requests).toHaveLength(1))
    await clock.advance(4_999)
    expect(await Promise.race([call, 'still waiting'])).toBe('still waiting')
    await clock.advance(1)
    expect(await call).toMatchObject({ code: 'Timeout' })
    expect(clock.pending).toBe(0)
  })

  test('can be left by the caller', async () => {
    server.fault = () => true
    const leave = new AbortController()
    const call = client.list(resources.pods, { signal: leave.signal }).catch((e: unknown) => e)
    await eventually(() => expect(server.requests).toHaveLength(1))
    leave.abort('enough')
    expect(await call).toMatchObject({ code: 'Aborted', cause: 'enough' })
  })
})

test('a program that never tells its token is not waited for', async () => {
  const mute = createClient({ ...server.config, token: () => new Promise(() => {}) }, { clock })
  const call = mute.list(resources.pods).catch((e: unknown) => e)
  await clock.advance(10_000)
  expect(await call).toMatchObject({ code: 'Timeout' })
  await mute.close()
})

test('a closed client refuses', async () => {
  await client.close()
  await expect(client.list(resources.pods)).rejects.toMatchObject({ code: 'Aborted' })
})
