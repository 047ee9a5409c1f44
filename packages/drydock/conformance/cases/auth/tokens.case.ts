/** Tokens of service accounts: how they are asked for, what they are good for, and when they end. */
import { expect, test } from 'vitest'
import type { Json, Reply } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { pod } from '../../fixtures.ts'
import { create } from '../../places.ts'
import { refusal, shown } from '../../shown.ts'

const ns = await namespace()
const account = `/api/v1/namespaces/${ns}/serviceaccounts/default`
const request = (spec: object, rest: object = {}) => api.post(`${account}/token`, { spec, ...rest })
const reviewed = async (token: string, spec: object = {}): Promise<Json> =>
  (await api.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, ...spec } })).body

test('a token', async () => {
  const { code, body } = await request({})
  expect(code).toBe(201)
  expect(typeof body.status.token).toBe('string')
  const { managedFields: _, ...metadata } = body.metadata
  expect(shown({ ...body, metadata, status: { ...body.status, token: 'TOKEN' } })).toMatchSnapshot()
})
test('how long it is good', async () => {
  const { body } = await request({ expirationSeconds: 7200 })
  expect(body.spec.expirationSeconds).toBe(7200)
  const left = Date.parse(body.status.expirationTimestamp) - Date.now()
  expect(Math.round(left / 600_000)).toBe(12)
})
test.each<[string, Json, Json?]>([
  ['too short', { expirationSeconds: 60 }],
  ['too long', { expirationSeconds: 2 ** 32 + 1 }],
  ['a negative time', { expirationSeconds: -1 }],
  ['a time that is no number', { expirationSeconds: 'x' }],
  ['bound to a kind that cannot be', { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } }],
  ['bound to a pod that is not there', { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'none' } }],
  [
    'bound to a secret that is not there',
    { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'none' } },
  ],
  ['bound to a node that is not there', { boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'none' } }],
  ['bound to nothing with a name', { boundObjectRef: { kind: 'Pod', apiVersion: 'v1' } }],
  ['for another account', {}, { metadata: { name: 'other' } }],
  ['for another namespace', {}, { metadata: { namespace: 'other' } }],
  ['by the wrong kind', {}, { kind: 'Pod', apiVersion: 'v1' }],
])('a token is refused: %s', async (_, spec, rest = {}) => {
  expect(refusal(await request(spec, rest))).toMatchSnapshot()
})
test('a token for an account that is not there', async () => {
  const path = `/api/v1/namespaces/${ns}/serviceaccounts/none/token`
  expect(refusal(await api.post(path, { spec: {} }))).toMatchSnapshot()
})
test('a token cannot be read back', async () => {
  expect(refusal(await api.get(`${account}/token`))).toMatchSnapshot()
})
test('whose a token is', async () => {
  const { body } = await request({})
  const { status } = await reviewed(body.status.token)
  const { extra: _, ...user } = status.user
  expect(shown({ ...status, user })).toMatchSnapshot()
})
test('what it is good for', async () => {
  const { body } = await request({ audiences: ['a', 'b'] })
  expect(body.spec.audiences).toEqual(['a', 'b'])
  expect((await reviewed(body.status.token, { audiences: ['b', 'c'] })).status).toMatchObject({
    authenticated: true,
    audiences: ['b'],
  })
  expect((await reviewed(body.status.token, { audiences: ['c'] })).status).toMatchObject({ user: {} })
  expect((await reviewed(body.status.token)).status.authenticated).toBe(undefined)
  const header = { headers: { authorization: `Bearer ${body.status.token}` } }
  expect((await api.get('/api', header)).code).toBe(401)
})
test('a token opens the door', async () => {
  const { body } = await request({})
  const header = { headers: { authorization: `Bearer ${body.status.token}` } }
  const { body: self } = await api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, header)
  expect(self.status.userInfo.username).toBe(`system:serviceaccount:${ns}:default`)
  expect(self.status.userInfo.groups).toEqual([
    'system:serviceaccounts',
    `system:serviceaccounts:${ns}`,
    'system:authenticated',
  ])
})
/** Tokens that nobody has asked about: the real server remembers for ten seconds what it thought of one. */
async function several(make: () => Promise<Reply>): Promise<string[]> {
  const tokens: string[] = []
  for (let i = 0; i < 20; i++) tokens.push((await make()).body.status.token)
  return tokens
}
/** Waits until one of them is no longer good: the real server hears of a deletion a moment later. */
async function endSoon(tokens: string[]): Promise<void> {
  // One a second, so that they do not run out before the moment has come.
  for (const token of tokens) {
    if ((await reviewed(token)).status.authenticated !== true) return
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error('every token is still good')
}
test('a token that is bound to a pod', async () => {
  const made = await create(`/api/v1/namespaces/${ns}/pods`, pod('bound'))
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'bound' }
  const { body } = await request({ boundObjectRef })
  expect(body.spec.boundObjectRef).toEqual(boundObjectRef)
  const { status } = await reviewed(body.status.token)
  expect(status.authenticated).toBe(true)
  expect(status.user.extra).toMatchObject({
    'authentication.kubernetes.io/pod-name': ['bound'],
    'authentication.kubernetes.io/pod-uid': [made.metadata.uid],
  })
  const others = await several(() => request({ boundObjectRef }))
  await api.delete(`/api/v1/namespaces/${ns}/pods/bound`, { gracePeriodSeconds: 0 })
  await endSoon(others)
})
test('a token that is bound to the wrong uid', async () => {
  await create(`/api/v1/namespaces/${ns}/pods`, pod('other'))
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'other', uid: 'x' }
  expect(refusal(await request({ boundObjectRef }))).toMatchSnapshot()
})
test('a token ends with its account', async () => {
  await create(`/api/v1/namespaces/${ns}/serviceaccounts`, { metadata: { name: 'gone' } })
  const path = `/api/v1/namespaces/${ns}/serviceaccounts/gone`
  const tokens = await several(() => api.post(`${path}/token`, { spec: {} }))
  await api.delete(path)
  await endSoon(tokens)
})
test('a token is not made by a dry run, but its answer is', async () => {
  const { code, body } = await api.post(`${account}/token?dryRun=All`, { spec: {} })
  expect({ code, kind: body.kind, has: typeof body.status.token }).toMatchSnapshot()
})
test('a wrong token', async () => {
  const reply = await api.get('/api/v1/namespaces', { headers: { authorization: 'Bearer nothing' } })
  expect(refusal(reply)).toMatchSnapshot()
})
