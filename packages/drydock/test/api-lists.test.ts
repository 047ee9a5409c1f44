import { afterAll, beforeAll, expect, test } from 'vitest'
import { objectsAt, stringAt } from '../src/apiserver/object.ts'
import { type Reply, startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
const path = '/api/v1/namespaces/default/configmaps'
beforeAll(async () => {
  api = await startTestServer()
  for (const [name, tier] of [
    ['a', 'one'],
    ['b', 'two'],
    ['c', 'one'],
    ['d', ''],
    ['e', 'three'],
  ]) {
    await api.call('POST', path, {
      body: { metadata: { name, labels: tier === '' ? {} : { tier, n: '5' } } },
    })
  }
})
afterAll(() => api.close())

const names = ({ body }: Reply) =>
  objectsAt(body, 'items')
    .map((item) => stringAt(item, 'metadata', 'name'))
    .join('')

test.each([
  ['tier=one', 'ac'],
  ['tier==one', 'ac'],
  ['tier!=one', 'bde'],
  ['tier in (one, two)', 'abc'],
  ['tier notin (one,two)', 'de'],
  ['tier', 'abce'],
  ['!tier', 'd'],
  ['tier=one,n>4', 'ac'],
  ['n<5', ''],
  ['tier in (one),tier notin (two)', 'ac'],
])('label selector %s finds %s', async (selector, expected) => {
  expect(names(await api.call('GET', `${path}?labelSelector=${encodeURIComponent(selector)}`))).toBe(expected)
})

test('an unreadable selector and an unknown field are refused', async () => {
  expect((await api.call('GET', `${path}?labelSelector=a%20b`)).code).toBe(400)
  const { body } = await api.call('GET', `${path}?fieldSelector=data.x%3D1`)
  expect(body).toMatchObject({ code: 400, reason: 'BadRequest' })
  expect(body.message).toContain('"data.x" is not a known field selector')
})

test('fields select by name, and pods by their node', async () => {
  expect(names(await api.call('GET', `${path}?fieldSelector=metadata.name%3Db`))).toBe('b')
  expect(
    names(await api.call('GET', `${path}?fieldSelector=metadata.name!%3Db,metadata.namespace%3Ddefault`)),
  ).toBe('acde')
  const pods = '/api/v1/namespaces/default/pods'
  const spec = { containers: [{ name: 'c', image: 'redis' }] }
  await api.call('POST', pods, { body: { metadata: { name: 'p' }, spec: { ...spec, nodeName: 'n1' } } })
  await api.call('POST', pods, { body: { metadata: { name: 'q' }, spec } })
  expect(names(await api.call('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1'))).toBe('p')
  expect(names(await api.call('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3D'))).toBe('q')
})

test('the pages of a list show one moment, whatever happens between them', async () => {
  const first = await api.call('GET', `${path}?limit=2`)
  expect(names(first)).toBe('ab')
  expect(first.body).toMatchObject({ metadata: { remainingItemCount: 3 } })
  await api.call('POST', path, { body: { metadata: { name: 'bb' } } })
  await api.call('DELETE', `${path}/d`)
  const token = stringAt(first.body, 'metadata', 'continue')
  const second = await api.call('GET', `${path}?limit=2&continue=${token}`)
  expect(names(second)).toBe('cd')
  expect(stringAt(second.body, 'metadata', 'resourceVersion')).toBe(
    stringAt(first.body, 'metadata', 'resourceVersion'),
  )
  const last = await api.call(
    'GET',
    `${path}?limit=2&continue=${stringAt(second.body, 'metadata', 'continue')}`,
  )
  expect(names(last)).toBe('e')
  expect(stringAt(last.body, 'metadata', 'continue')).toBeUndefined()
  expect(names(await api.call('GET', path))).toBe('abbbce')
  const revision = stringAt(first.body, 'metadata', 'resourceVersion')
  const exact = await api.call('GET', `${path}?resourceVersion=${revision}&resourceVersionMatch=Exact`)
  expect(names(exact)).toBe('abcde')
})

test('a list from a revision of the future is refused with the moment to come back', async () => {
  const { code, body } = await api.call('GET', `${path}?resourceVersion=999999999`)
  expect(code).toBe(504)
  expect(body).toMatchObject({
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
  })
})
