/** Custom kinds of several versions, and what a change of a definition does to the objects that are there. */
import { expect, onTestFinished, test } from 'vitest'
import { plain } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, unique, until, yaml } from '../../cluster.ts'
import { refusal, shown } from '../../shown.ts'
import { defined, definitions } from './definition.ts'

const ns = await namespace()
const free = '{type: object, x-kubernetes-preserve-unknown-fields: true}'

/** Two served versions, v1 stored, each with its own schema. */
async function twoVersions(first: string, second: string): Promise<{ v1: string; v2: string; crd: string }> {
  const group = `${unique('g')}.example.com`
  const crd = `${definitions}/boats.${group}`
  const made = await api.post(
    definitions,
    yaml(`
metadata: {name: boats.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: ${first}}}
  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: ${second}}}
`),
  )
  if (made.code !== 201) throw new Error(JSON.stringify(made.body))
  onTestFinished(async () => void (await api.delete(crd)))
  const at = (version: string) => `/apis/${group}/${version}/namespaces/${ns}/boats`
  await settled(at('v2'), () => true)
  await settled(at('v1'), () => true)
  return { v1: at('v1'), v2: at('v2'), crd }
}
const boat = (path: string, name: string, rest: object = {}): Json => ({
  apiVersion: path.split('/').slice(2, 4).join('/'),
  kind: 'Boat',
  metadata: { name },
  ...rest,
})

test('what is written by one version is read by the other', async () => {
  const { v1, v2 } = await twoVersions(free, free)
  const made = await api.post(v1, boat(v1, 'one', { spec: { a: 1 } }))
  const { body } = await api.get(`${v2}/one`)
  expect(body.apiVersion).toBe(`${v2.split('/')[2]}/v2`)
  expect(body.spec).toEqual({ a: 1 })
  expect(body.metadata).toEqual(made.body.metadata)
})
test('what is written by the other version', async () => {
  const { v1, v2 } = await twoVersions(free, free)
  const made = await api.post(v2, boat(v2, 'one', { spec: { a: 1 } }))
  expect(made.body.apiVersion).toMatch(/v2$/)
  expect(made.body.metadata.managedFields[0].apiVersion).toMatch(/v2$/)
  const list = await api.get(v1)
  expect(list.body.apiVersion).toMatch(/v1$/)
  expect(list.body.items[0].apiVersion).toMatch(/v1$/)
})
test('an update by the other version', async () => {
  const { v1, v2 } = await twoVersions(free, free)
  await api.post(v1, boat(v1, 'one', { spec: { a: 1 } }))
  const { body } = await api.get(`${v2}/one`)
  const put = await api.put(`${v2}/one`, { ...body, spec: { a: 2 } })
  expect(put.body).toMatchObject({ apiVersion: body.apiVersion, spec: { a: 2 }, metadata: { generation: 2 } })
  expect(
    put.body.metadata.managedFields.map((one: Json) => one.apiVersion.replace(/.*\//, '')).sort(),
  ).toEqual(['v1', 'v2'])
  expect((await api.get(`${v1}/one`)).body.spec).toEqual({ a: 2 })
})
test('the wrong version in a body', async () => {
  const { v1, v2 } = await twoVersions(free, free)
  expect(refusal(await api.post(v1, boat(v2, 'one')))).toMatchSnapshot()
})
test('an apply by each version', async () => {
  const { v1, v2 } = await twoVersions(free, free)
  await api.apply(`${v1}/one`, 'm', boat(v1, 'one', { spec: { a: 1, b: 1 } }))
  const { body } = await api.apply(`${v2}/one`, 'm', boat(v2, 'one', { spec: { a: 2 } }))
  expect(body.spec).toEqual({ a: 2 })
  const conflict = await api.apply(`${v1}/one`, 'n', boat(v1, 'one', { spec: { a: 3 } }))
  expect(refusal(conflict)).toMatchSnapshot()
})
test('each version is pruned by its own schema, and defaulted by the one that is stored', async () => {
  const schema = (field: string) =>
    `{type: object, properties: {spec: {type: object, properties: {${field}: {type: string, default: here}, both: {type: string}}}}}`
  const { v1, v2 } = await twoVersions(schema('a'), schema('b'))
  const made = await api.post(v1, boat(v1, 'one', { spec: { both: 'x', b: 'y' } }))
  expect(made.body.spec).toEqual({ a: 'here', both: 'x' })
  expect((await api.get(`${v2}/one`)).body.spec).toEqual({ both: 'x' })
})
test('a watch of one version sees what the other writes', async () => {
  const { v1, v2 } = await twoVersions(free, free)
  const watch = await api.watch(`${v2}?watch=true`)
  await api.post(v1, boat(v1, 'one', { spec: { a: 1 } }))
  const { type, object } = await watch.event(1)
  expect({ type, version: object.apiVersion.replace(/.*\//, ''), spec: object.spec }).toEqual({
    type: 'ADDED',
    version: 'v2',
    spec: { a: 1 },
  })
  watch.close()
})
test('the version that is stored can change', async () => {
  const { v1, v2, crd } = await twoVersions(free, free)
  await api.post(v1, boat(v1, 'one', { spec: { a: 1 } }))
  const patched = await api.patch(crd, 'json', [
    { op: 'replace', path: '/spec/versions/0/storage', value: false },
    { op: 'replace', path: '/spec/versions/1/storage', value: true },
  ])
  expect(patched.body.status.storedVersions).toEqual(['v1', 'v2'])
  expect((await api.get(`${v2}/one`)).body.spec).toEqual({ a: 1 })
})
test('a version that is stored cannot be taken away', async () => {
  const { crd } = await twoVersions(free, free)
  await api.patch(crd, 'json', [
    { op: 'replace', path: '/spec/versions/0/storage', value: false },
    { op: 'replace', path: '/spec/versions/1/storage', value: true },
  ])
  const refused = await api.patch(crd, 'json', [{ op: 'remove', path: '/spec/versions/0' }])
  expect(refusal(refused)).toMatchSnapshot()
})
test('a version that is no longer served', async () => {
  const { v1, v2, crd } = await twoVersions(free, free)
  await api.post(v1, boat(v1, 'one', { spec: { a: 1 } }))
  await api.patch(crd, 'json', [{ op: 'replace', path: '/spec/versions/1/served', value: false }])
  await gone(`${v2}/one`)
  expect((await api.get(`${v1}/one`)).code).toBe(200)
  expect((await api.get(v2)).body).toMatchObject({})
})
test('discovery prefers the newest of the versions', async () => {
  const { v1 } = await twoVersions(free, free)
  const { body } = await until(async () => {
    const reply = await api.get(`/apis/${v1.split('/')[2]}`)
    return reply.body.versions?.length === 2 && reply
  })
  expect(shown(body)).toMatchSnapshot()
})

const change = async (path: string, schema: string) => {
  const crd = `${definitions}/boats.${path.split('/')[2]}`
  const { code, body } = await api.patch(crd, 'json', [
    { op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: yaml(schema) },
  ])
  if (code !== 200) throw new Error(JSON.stringify(body))
}
const withSpec = (fields: string) =>
  `{type: object, properties: {spec: {type: object, properties: {${fields}}}}}`

test('a default that is added later shows in objects that are there', async () => {
  const path = await defined(ns, withSpec('a: {type: string}'))
  const made = await api.post(path, boat(path, 'one', { spec: { a: 'x' } }))
  await change(path, withSpec('a: {type: string}, b: {type: string, default: later}'))
  const read = await settled(`${path}/one`, ({ spec }) => spec.b !== undefined)
  expect(read.spec).toEqual({ a: 'x', b: 'later' })
  expect(read.metadata).toEqual(made.body.metadata)
  expect((await api.get(path)).body.items[0].spec).toEqual({ a: 'x', b: 'later' })
  const watch = await api.watch(`${path}?watch=true`)
  expect((await watch.event(1)).object.spec).toEqual({ a: 'x', b: 'later' })
  watch.close()
})
test('a field that goes from the schema is no longer shown', async () => {
  const path = await defined(ns, withSpec('a: {type: string}, b: {type: string}'))
  await api.post(path, boat(path, 'one', { spec: { a: 'x', b: 'y' } }))
  await change(path, withSpec('a: {type: string}'))
  const read = await settled(`${path}/one`, ({ spec }) => spec.b === undefined)
  expect(read.spec).toEqual({ a: 'x' })
})
test('a default that is added later is stored by the next write, which counts as a change', async () => {
  const path = await defined(ns, withSpec('a: {type: string}'))
  await api.post(path, boat(path, 'one', { spec: { a: 'x' } }))
  await change(path, withSpec('a: {type: string}, b: {type: string, default: later}'))
  const read = await settled(`${path}/one`, ({ spec }) => spec.b !== undefined)
  const same = await api.put(`${path}/one`, read)
  expect(same.body.spec).toEqual({ a: 'x', b: 'later' })
  expect(same.body.metadata.generation).toBe(1)
})
test('objects that a new rule would refuse can still be read and deleted', async () => {
  const path = await defined(ns, withSpec('a: {type: string}'))
  await api.post(path, boat(path, 'one', { spec: { a: 'long' } }))
  await change(path, withSpec('a: {type: string, maxLength: 2}'))
  await until(
    async () =>
      (await api.post(`${path}?dryRun=All`, boat(path, 'two', { spec: { a: 'long' } }))).code === 422,
  )
  expect((await api.patch(`${path}/one`, 'merge', { metadata: { labels: { x: 'y' } } })).code).toBe(200)
  expect((await api.delete(`${path}/one`)).code).toBe(200)
})
test('a watch goes on when the definition changes', async () => {
  const path = await defined(ns, withSpec('a: {type: string}'))
  const watch = await api.watch(`${path}?watch=true`)
  await api.post(path, boat(path, 'one', { spec: { a: 'x' } }))
  expect((await watch.event(1)).type).toBe('ADDED')
  watch.close()
})
test('a definition takes its objects with it, and ends watches', async () => {
  const path = await defined(ns, free)
  await api.post(path, boat(path, 'one'))
  const watch = await api.watch(`${path}?watch=true`)
  await watch.event(1)
  const crd = `${definitions}/boats.${path.split('/')[2]}`
  const { code, body } = await api.delete(crd)
  expect({ code, terminating: body.metadata?.finalizers }).toEqual({
    code: 200,
    terminating: ['customresourcecleanup.apiextensions.k8s.io'],
  })
  const events = await watch.until((all) => all.some(({ type }) => type === 'DELETED'))
  expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED'])
  await watch.ended
  await gone(crd)
  await gone(path)
})
test('a definition that goes waits for the finalizers of its objects, and takes no new ones', async () => {
  const path = await defined(ns, free)
  await api.post(path, boat(path, 'one', { metadata: { name: 'one', finalizers: ['example.com/x'] } }))
  const crd = `${definitions}/boats.${path.split('/')[2]}`
  await api.delete(crd)
  const waiting = await settled(crd, ({ status }) =>
    status.conditions.some(
      (one: Json) => one.type === 'Terminating' && one.reason === 'InstanceDeletionInProgress',
    ),
  )
  expect(
    plain(waiting.status.conditions.find((one: Json) => one.type === 'Terminating').message),
  ).toMatchSnapshot()
  await settled(`${path}/one`, ({ metadata }) => metadata.deletionTimestamp)
  // Which of two refusals comes is a matter of time there.
  await until(async () => [403, 405].includes((await api.post(path, boat(path, 'two'))).code))
  await api.patch(`${path}/one`, 'merge', { metadata: { finalizers: null } })
  await gone(crd)
})
test('what a definition says of itself once it is served', async () => {
  const path = await defined(ns, free)
  const { body } = await api.get(`${definitions}/boats.${path.split('/')[2]}`)
  const { managedFields: _, finalizers: _added, ...metadata } = body.metadata
  expect(shown({ ...body, metadata })).toMatchSnapshot()
})
