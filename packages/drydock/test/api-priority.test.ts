import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
beforeAll(async () => {
  api = await startTestServer()
})
afterAll(() => api.close())

const pods = '/api/v1/namespaces/default/pods'
const classes = '/apis/scheduling.k8s.io/v1/priorityclasses'

let count = 0
const createPod = (spec: object) =>
  api.call('POST', pods, {
    body: {
      metadata: { name: `p${count++}` },
      spec: { containers: [{ name: 'c', image: 'redis:7.2' }], ...spec },
    },
  })

const createClass = (name: string, fields: object) =>
  api.call('POST', classes, { body: { metadata: { name }, ...fields } })

test('a pod has the priority of its class', async () => {
  expect((await createPod({})).body).toMatchObject({
    spec: { priority: 0, preemptionPolicy: 'PreemptLowerPriority' },
  })
  expect((await createPod({ priorityClassName: 'system-node-critical' })).body).toMatchObject({
    spec: { priority: 2_000_001_000, priorityClassName: 'system-node-critical' },
  })
  await createClass('modest', { value: -5, preemptionPolicy: 'Never' })
  const { body } = await createPod({ priorityClassName: 'modest' })
  expect(body).toMatchObject({ spec: { priority: -5, preemptionPolicy: 'Never' } })
})

test('a class that is not there, and a number that is another, are refused', async () => {
  expect(await createPod({ priorityClassName: 'none' })).toMatchObject({
    code: 403,
    body: { message: expect.stringContaining('is forbidden: no PriorityClass with name none was found') },
  })
  expect(await createPod({ priority: 7 })).toMatchObject({
    code: 403,
    body: { message: expect.stringContaining('priority (7) must not be provided in pod spec') },
  })
})

test('one class may be the default; what a class is worth stays', async () => {
  expect((await createClass('usual', { value: 3, globalDefault: true })).code).toBe(201)
  expect((await createPod({})).body).toMatchObject({ spec: { priority: 3, priorityClassName: 'usual' } })
  expect(await createClass('other', { value: 4, globalDefault: true })).toMatchObject({
    code: 403,
    body: { message: expect.stringContaining('PriorityClass usual is already marked as default') },
  })
  const patched = await api.call('PATCH', `${classes}/usual`, {
    body: { value: 9 },
    contentType: 'application/merge-patch+json',
  })
  expect(patched).toMatchObject({
    code: 422,
    body: { message: expect.stringContaining('may not be changed in an update.') },
  })
  expect((await createClass('system-own', { value: 1 })).code).toBe(422)
  expect((await createClass('huge', { value: 1_000_000_001 })).body).toMatchObject({
    message: expect.stringContaining('maximum allowed value of a user defined priority is 1000000000'),
  })
})
