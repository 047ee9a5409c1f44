import { expect, test } from 'vitest'
import { answer, plain, refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, pod } from '../../fixtures.ts'

const names = (body: Json): string[] => body.items.map((i: Json) => i.metadata.name)

/** Secrets of these names; nothing else is among the secrets of a namespace. */
async function secrets(ns: string, ...all: string[]): Promise<string> {
  for (const name of all) await api.post(core(ns, 'secrets'), { metadata: { name } })
  return core(ns, 'secrets')
}

test('an empty list', async () => {
  const ns = await namespace()
  expect(answer(await api.get(core(ns, 'secrets')))).toEqual({
    code: 200,
    body: { kind: 'SecretList', apiVersion: 'v1', metadata: { resourceVersion: 'VERSION' }, items: [] },
  })
})

test('items are in the order of their names, without apiVersion and kind', async () => {
  const ns = await namespace()
  const { body } = await api.get(await secrets(ns, 'b', 'c', 'a-1', 'a', 'a.b'))
  expect(names(body)).toEqual(['a', 'a-1', 'a.b', 'b', 'c'])
  expect(body.items.map((i: Json) => [i.kind, i.apiVersion])[0]).toEqual([undefined, undefined])
})

test('custom: items say their apiVersion and kind', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  await api.post(`${kind.path(ns)}?fieldManager=me`, kind.object('a'))
  expect(answer(await api.get(kind.path(ns)))).toEqual({
    code: 200,
    body: {
      apiVersion: 'group.example.com/v1',
      items: [
        {
          apiVersion: 'group.example.com/v1',
          kind: 'Thing',
          metadata: {
            creationTimestamp: 'TIME',
            generation: 1,
            name: 'a',
            namespace: 'case',
            resourceVersion: 'VERSION',
            uid: 'UID',
          },
        },
      ],
      kind: 'ThingList',
      metadata: { continue: '', resourceVersion: 'VERSION' },
    },
  })
})

test('pages: continue, what remains, and the last page', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a', 'b', 'c', 'd', 'e')
  const first = await api.get(`${path}?limit=2`)
  expect([names(first.body), first.body.metadata.remainingItemCount]).toEqual([['a', 'b'], 3])
  const second = await api.get(`${path}?limit=2&continue=${first.body.metadata.continue}`)
  expect([names(second.body), second.body.metadata.remainingItemCount]).toEqual([['c', 'd'], 1])
  const third = await api.get(`${path}?limit=2&continue=${second.body.metadata.continue}`)
  expect([names(third.body), Object.keys(third.body.metadata)]).toEqual([['e'], ['resourceVersion']])
  expect(third.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion)
})

test('pages show the moment of the first, whatever happens meanwhile', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a', 'b', 'c', 'd')
  const first = await api.get(`${path}?limit=1`)
  await api.delete(`${path}/b`)
  await api.post(path, { metadata: { name: 'bb' } })
  await api.patch(`${path}/c`, 'merge', { metadata: { labels: { late: 'yes' } } })
  const rest = await api.get(`${path}?limit=10&continue=${first.body.metadata.continue}`)
  expect(names(rest.body)).toEqual(['b', 'c', 'd'])
  expect(rest.body.items[1].metadata.labels).toBeUndefined()
})

test('a page that fits exactly has no continue', async () => {
  const ns = await namespace()
  const { body } = await api.get(`${await secrets(ns, 'a', 'b')}?limit=2`)
  expect(Object.keys(body.metadata)).toEqual(['resourceVersion'])
})

test('a continue without a limit gives all the rest', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a', 'b', 'c')
  const first = await api.get(`${path}?limit=1`)
  const rest = await api.get(`${path}?continue=${first.body.metadata.continue}`)
  expect([names(rest.body), rest.body.metadata.continue]).toEqual([['b', 'c'], undefined])
})

test('pages of a selection do not tell how much remains', async () => {
  const ns = await namespace()
  const path = core(ns, 'secrets')
  for (const name of ['a', 'b', 'c']) await api.post(path, { metadata: { name, labels: { x: 'y' } } })
  const { body } = await api.get(`${path}?limit=1&labelSelector=x%3Dy`)
  expect([names(body), Object.keys(body.metadata)]).toEqual([['a'], ['resourceVersion', 'continue']])
})

test.each([
  ['nonsense', "invalid character '\\u009e' looking for beginning of value"],
  ['eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ', 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
])('the continue %s', async (token, why) => {
  const got = await api.get(`${core('default', 'secrets')}?continue=${token}`)
  const message = `invalid continue token: continue key is not valid: ${why}`
  expect(refusal(got)).toEqual({ code: 400, reason: 'BadRequest', message })
})

test('a continue and a resourceVersion exclude each other', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a', 'b')
  const { metadata } = (await api.get(`${path}?limit=1`)).body
  const both = await api.get(
    `${path}?continue=${metadata.continue}&resourceVersion=${metadata.resourceVersion}`,
  )
  expect(refusal(both)).toEqual({
    code: 400,
    message: 'specifying resource version is not allowed when using continue',
    reason: 'BadRequest',
  })
  expect((await api.get(`${path}?continue=${metadata.continue}&resourceVersion=0`)).code).toBe(200)
})

test.each([
  ['limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['timeoutSeconds=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
  [
    'resourceVersion=x',
    'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  ],
  [
    'resourceVersion=-1',
    'invalid resource version: resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax',
  ],
])('the query %s cannot be read', async (query, message) => {
  const got = await api.get(`${core('default', 'secrets')}?${query}`)
  expect(refusal(got)).toEqual({ code: 400, reason: 'BadRequest', message })
})

const unless = 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'
const besides = 'Forbidden: resourceVersionMatch is forbidden when continue is provided'
const streamed = 'Forbidden: sendInitialEvents is forbidden for list'

test.each([
  ['resourceVersionMatch=Exact', { resourceVersionMatch: unless }],
  ['resourceVersionMatch=NotOlderThan', { resourceVersionMatch: unless }],
  [
    'resourceVersion=0&resourceVersionMatch=Exact',
    { resourceVersionMatch: 'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"' },
  ],
  [
    'resourceVersion=1&resourceVersionMatch=Else',
    { resourceVersionMatch: 'Unsupported value: "Else": supported values: "Exact", "NotOlderThan", ""' },
  ],
  ['resourceVersion=1&resourceVersionMatch=NotOlderThan&continue=abc', { resourceVersionMatch: besides }],
  ['resourceVersion=1&resourceVersionMatch=Exact&continue=abc', { resourceVersionMatch: besides }],
  ['sendInitialEvents=true', { sendInitialEvents: streamed }],
  [
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
    { resourceVersionMatch: unless, sendInitialEvents: streamed },
  ],
])('the query %s makes no sense', async (query, faults) => {
  const got = await api.get(`${core('default', 'secrets')}?${query}`)
  const lines = Object.entries(faults).map(([field, why]) => `${field}: ${why}`)
  const { details, ...said } = refusal(got)
  expect(said).toEqual({
    code: 422,
    reason: 'Invalid',
    message: `ListOptions.meta.k8s.io "" is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`}`,
  })
  expect([details.group, details.kind, details.causes.length]).toEqual([
    'meta.k8s.io',
    'ListOptions',
    lines.length,
  ])
})

test('a negative limit is none', async () => {
  expect((await api.get(`${core('default', 'secrets')}?limit=-1`)).code).toBe(200)
})

test('Exact: as it was at that moment', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a', 'b')
  const { resourceVersion } = (await api.get(path)).body.metadata
  await api.delete(`${path}/a`)
  await api.post(path, { metadata: { name: 'c' } })
  const { body } = await api.get(`${path}?resourceVersionMatch=Exact&resourceVersion=${resourceVersion}`)
  expect([names(body), body.metadata.resourceVersion]).toEqual([['a', 'b'], resourceVersion])
})

test('NotOlderThan and any: something not older, from 0 on', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a')
  const { resourceVersion } = (await api.get(path)).body.metadata
  for (const query of [
    `resourceVersion=${resourceVersion}`,
    `resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`,
  ]) {
    const { code, body } = await api.get(`${path}?${query}`)
    expect([code, names(body)]).toEqual([200, ['a']])
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(resourceVersion))
  }
})

test('a resourceVersion with a limit is the moment itself', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a', 'b')
  const { resourceVersion } = (await api.get(path)).body.metadata
  await api.delete(`${path}/a`)
  const { body } = await api.get(`${path}?resourceVersion=${resourceVersion}&limit=5`)
  expect([names(body), body.metadata.resourceVersion === resourceVersion]).toEqual([['a', 'b'], true])
})

test('a resourceVersion that is not there yet', async () => {
  const ns = await namespace()
  const path = await secrets(ns, 'a')
  const far = '999999999999'
  const told = (reply: Json) =>
    JSON.parse(JSON.stringify(refusal(reply)).replace(/current: \d+/g, 'current: N'))
  expect(told(await api.get(`${path}?resourceVersion=${far}`))).toEqual({
    code: 504,
    message: 'Timeout: Too large resource version: 999999999999, current: N',
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
  expect(told(await api.get(`${path}?resourceVersion=${far}&resourceVersionMatch=Exact`))).toEqual({
    code: 504,
    message: 'Timeout: Too large resource version: 999999999999, current: N',
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
  expect(told(await api.get(`${path}/a?resourceVersion=${far}`))).toEqual({
    code: 504,
    message: 'Timeout: Too large resource version: 999999999999, current: N',
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
})

test('of all namespaces, in the order of namespaces', async () => {
  const [one, two] = [await namespace(), await namespace()]
  for (const ns of [one, two])
    await api.post(core(ns, 'secrets'), { metadata: { name: 'a', labels: { of: one } } })
  const { body } = await api.get(`/api/v1/secrets?labelSelector=of%3D${one}`)
  expect(body.items.map((i: Json) => i.metadata.namespace)).toEqual([one, two].sort())
})

test('of a namespace that is not there', async () => {
  const { code, body } = await api.get(core('no-such', 'secrets'))
  expect([code, body.items]).toEqual([200, []])
})

test('metadata alone', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'pods'), pod('a'))
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
  const list = await api.get(core(ns, 'pods'), { accept })
  expect(
    plain(list.body).items.map(({ metadata: { managedFields, ...metadata }, ...rest }: Json) => ({
      ...rest,
      metadata,
    })),
  ).toEqual([
    {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {
        name: 'a',
        namespace: 'case',
        uid: 'UID',
        resourceVersion: 'VERSION',
        generation: 1,
        creationTimestamp: 'TIME',
      },
    },
  ])
  expect([list.body.kind, list.body.apiVersion, Object.keys(list.body.metadata)]).toEqual([
    'PartialObjectMetadataList',
    'meta.k8s.io/v1',
    ['resourceVersion'],
  ])
  const one = await api.get(`${core(ns, 'pods')}/a`, { accept: accept.replace('List', '') })
  expect([one.body.kind, one.body.apiVersion, Object.keys(one.body)]).toEqual([
    'PartialObjectMetadata',
    'meta.k8s.io/v1',
    ['kind', 'apiVersion', 'metadata'],
  ])
})

test('tables: what rows hold', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), configMap('a'))
  const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1'
  const query = 'fieldSelector=metadata.name%3Da'
  const { code, body } = await api.get(`${core(ns, 'configmaps')}?${query}`, { accept })
  expect([code, body.kind, body.apiVersion, Object.keys(body.metadata)]).toEqual([
    200,
    'Table',
    'meta.k8s.io/v1',
    ['resourceVersion'],
  ])
  expect(body.columnDefinitions.map((c: Json) => [c.name, c.type, c.format, c.priority])).toEqual([
    ['Name', 'string', 'name', 0],
    ['Data', 'string', '', 0],
    ['Age', 'string', '', 0],
  ])
  expect([body.rows[0].cells.slice(0, 2), body.rows[0].object.kind, body.rows[0].object.apiVersion]).toEqual([
    ['a', 0],
    'PartialObjectMetadata',
    'meta.k8s.io/v1',
  ])
  const whole = await api.get(`${core(ns, 'configmaps')}?${query}&includeObject=Object`, { accept })
  expect(whole.body.rows[0].object.kind).toBe('ConfigMap')
  const nothing = await api.get(`${core(ns, 'configmaps')}?${query}&includeObject=None`, { accept })
  expect(nothing.body.rows[0].object).toBe(null)
  const wrong = await api.get(`${core(ns, 'configmaps')}?${query}&includeObject=Else`, { accept })
  expect(refusal(wrong)).toEqual({
    code: 400,
    message:
      "Unable to convert to Table as requested: includeObject: Invalid value: \"Else\": must be 'Metadata', 'Object', 'None', or empty",
    reason: 'BadRequest',
  })
})

test('custom: pages', async () => {
  const ns = await namespace()
  const kind = await customKind({ spec: { type: 'object' } })
  for (const name of ['a', 'b', 'c']) await api.post(kind.path(ns), kind.object(name))
  const first = await api.get(`${kind.path(ns)}?limit=2`)
  expect([names(first.body), first.body.metadata.remainingItemCount]).toEqual([['a', 'b'], 1])
  const rest = await api.get(`${kind.path(ns)}?limit=2&continue=${first.body.metadata.continue}`)
  expect(names(rest.body)).toEqual(['c'])
})
