/** Who one is and what one may do: the reviews that are posted and not stored. */
import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { refusal, shown } from '../../shown.ts'

const authentication = '/apis/authentication.k8s.io/v1'
const authorization = '/apis/authorization.k8s.io/v1'

/** The object that came back, without what the two servers call their administrator; a refusal as it is. */
async function posted(path: string, body: object): Promise<string> {
  const reply = await api.post(path, body)
  if (reply.code !== 201) return refusal(reply)
  const { managedFields: _, ...metadata } = reply.body.metadata
  const { allowed, ...status } = reply.body.status
  return `${reply.code}\n${shown({ ...reply.body, metadata, status })}`.replace(
    /(error|reason): .*/,
    '$1: TEXT',
  )
}

test('a review of oneself', async () => {
  const { code, body } = await api.post(`${authentication}/selfsubjectreviews`, {})
  expect(code).toBe(201)
  const { userInfo } = body.status
  expect(typeof userInfo.username).toBe('string')
  expect(userInfo.groups).toEqual(['system:masters', 'system:authenticated'])
  expect({ kind: body.kind, apiVersion: body.apiVersion, keys: Object.keys(body.status) }).toEqual({
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    keys: ['userInfo'],
  })
  expect(body.metadata).toEqual({ creationTimestamp: expect.any(String) })
})

test.each<[string, Json]>([
  ['of a resource', { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } }],
  ['of a path', { nonResourceAttributes: { verb: 'get', path: '/healthz' } }],
])('what one may do oneself, %s', async (_, spec) => {
  const { code, body } = await api.post(`${authorization}/selfsubjectaccessreviews`, { spec })
  expect({ code, spec: body.spec, allowed: body.status.allowed }).toEqual({ code: 201, spec, allowed: true })
})

test.each<[string, string, Json]>([
  ['oneself: nothing', 'selfsubjectaccessreviews', { spec: {} }],
  [
    'oneself: both',
    'selfsubjectaccessreviews',
    { spec: { resourceAttributes: { verb: 'get' }, nonResourceAttributes: { verb: 'get' } } },
  ],
  ['somebody: nobody', 'subjectaccessreviews', { spec: { resourceAttributes: { verb: 'get' } } }],
  ['somebody: nothing', 'subjectaccessreviews', { spec: { user: 'x' } }],
  [
    'somebody: both',
    'subjectaccessreviews',
    { spec: { user: 'x', resourceAttributes: { verb: 'get' }, nonResourceAttributes: { verb: 'get' } } },
  ],
  [
    'fields and their selectors: both forms',
    'selfsubjectaccessreviews',
    {
      spec: {
        resourceAttributes: {
          verb: 'list',
          resource: 'pods',
          fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] },
        },
      },
    },
  ],
  [
    'labels and their selectors: neither form',
    'selfsubjectaccessreviews',
    { spec: { resourceAttributes: { verb: 'list', resource: 'pods', labelSelector: {} } } },
  ],
])('an access review is refused, %s', async (_, plural, body) => {
  expect(await posted(`${authorization}/${plural}`, body)).toMatchSnapshot()
})

test('a local access review has to speak of its own namespace', async () => {
  const ns = await namespace()
  const path = `${authorization}/namespaces/${ns}/localsubjectaccessreviews`
  const spec = { user: 'x', resourceAttributes: { verb: 'get', resource: 'pods' } }
  expect(await posted(path, { spec })).toMatchSnapshot()
  expect(
    await posted(path, { spec: { ...spec, resourceAttributes: { namespace: 'other', verb: 'get' } } }),
  ).toMatchSnapshot()
  expect(
    await posted(path, { spec: { user: 'x', nonResourceAttributes: { verb: 'get', path: '/' } } }),
  ).toMatchSnapshot()
  const { code } = await api.post(path, {
    spec: { ...spec, resourceAttributes: { namespace: ns, verb: 'get' } },
  })
  expect(code).toBe(201)
})

test('the rules that hold for oneself', async () => {
  const { code, body } = await api.post(`${authorization}/selfsubjectrulesreviews`, {
    spec: { namespace: 'default' },
  })
  expect(code).toBe(201)
  expect(body.spec).toEqual({})
  expect(body.status.incomplete).toBe(false)
  expect(body.status.resourceRules).toContainEqual({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })
  expect(body.status.nonResourceRules).toContainEqual({ verbs: ['*'], nonResourceURLs: ['*'] })
})

test('the rules that hold for oneself, in no namespace', async () => {
  expect(await posted(`${authorization}/selfsubjectrulesreviews`, { spec: {} })).toMatchSnapshot()
})

test.each<[string, Json]>([
  ['that is none', { spec: { token: 'none' } }],
  ['that is empty', { spec: { token: '' } }],
  ['that is missing', { spec: {} }],
  ['with a namespace', { metadata: { namespace: 'x' }, spec: { token: 'x' } }],
])('a review of a token %s', async (_, body) => {
  expect(await posted(`${authentication}/tokenreviews`, body)).toMatchSnapshot()
})

test.each(['selfsubjectreviews', 'tokenreviews'])('%s can only be made', async (plural) => {
  expect(refusal(await api.get(`${authentication}/${plural}`))).toMatchSnapshot()
  expect(refusal(await api.get(`${authentication}/${plural}/x`))).toMatchSnapshot()
})

test('a review of the wrong kind', async () => {
  expect(
    await posted(`${authentication}/tokenreviews`, { kind: 'Pod', apiVersion: 'v1', spec: {} }),
  ).toMatchSnapshot()
  expect(await posted(`${authentication}/tokenreviews`, { spec: { token: 'x', nothing: 1 } })).toMatch(
    /^201\n/,
  )
})
