/** Objects as rows, as `kubectl get` asks for them; every kind that drydock has. */
import { expect, onTestFinished, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, kubectl, namespace, settled, unique } from '../../cluster.ts'
import { refusal, shown } from '../../shown.ts'
import { manifestOf, samples } from './kinds.ts'

const ns = await namespace()
const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const maps = `/api/v1/namespaces/${ns}/configmaps`

/** Cells are the same but for ages and what `unique` made. */
function cellsOf(row: Json): Json[] {
  return row.cells.map((cell: Json) => (/^\d+[smh]$/.test(String(cell)) ? 'AGE' : cell))
}

test.each(samples)('$path', async (sample) => {
  const path = `/${sample.path.replace('NS', ns)}`
  const made = await api.post(path, manifestOf(sample, unique('one'), ns))
  expect(refusal(made)).toBe('201')
  const { name } = made.body.metadata
  onTestFinished(async () => void (await api.delete(`${path}/${name}`, { gracePeriodSeconds: 0 })))
  if (sample.status !== undefined) {
    const { parse } = await import('yaml')
    const written = await api.patch(`${path}/${name}/status`, 'merge', { status: parse(sample.status) })
    expect(refusal(written)).toBe('200')
  }
  if (sample.settles !== undefined) await settled(`${path}/${name}`, sample.settles)
  const { body, headers } = await api.get(`${path}/${name}`, { accept: asTable })
  expect(headers['content-type']).toBe('application/json')
  expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' })
  const columns = body.columnDefinitions.map(
    (one: Json) => `${one.name} ${one.type} ${one.format} ${one.priority}`,
  )
  expect(
    shown({ columns, cells: cellsOf(body.rows[0]) }).replaceAll(name.split('.')[0], 'ONE'),
  ).toMatchSnapshot()
  for (const output of [[], ['-o', 'wide'], ['-o', 'name'], ['--show-labels', '--no-headers']]) {
    const resource = sample.path.replace(
      /^apis?\/(?:([a-z0-9.]+)\/)?v\d\/(?:namespaces\/NS\/)?([a-z]+)$/,
      (_, group, plural) => (group ? `${plural}.${group}` : plural),
    )
    const got = await kubectl(['get', resource, name, '-n', ns, ...output])
    const masked = got.stdout
      .replaceAll(name, 'ONE')
      .replace(/ +/g, ' ')
      .replace(/(?<= )\d+s(?= |\n)/g, 'AGE')
    expect(shown({ text: masked }).replaceAll(name.split('.')[0], 'ONE')).toMatchSnapshot()
  }
})

async function one(): Promise<string> {
  const name = unique('one')
  await api.post(maps, { metadata: { name, labels: { a: name } }, data: { a: 'x' } })
  return name
}
test.each([['None'], ['Metadata'], ['Object'], ['']])('includeObject=%s', async (include) => {
  const name = await one()
  const { body } = await api.get(`${maps}/${name}?includeObject=${include}`, { accept: asTable })
  const { object } = body.rows[0]
  delete object?.metadata.managedFields
  expect(shown(object ?? null)).toMatchSnapshot()
})
test('includeObject is one of three', async () => {
  const name = await one()
  expect(
    refusal(await api.get(`${maps}/${name}?includeObject=Some`, { accept: asTable })),
  ).toMatchInlineSnapshot(`
    "400 BadRequest
    Unable to convert to Table as requested: includeObject: Invalid value: "Some": must be 'Metadata', 'Object', 'None', or empty"
  `)
})
test('the table of a list has the revision and the continuation of the list', async () => {
  const [a, b] = [await one(), await one()]
  const { body } = await api.get(`${maps}?limit=1&labelSelector=a+in+(${a},${b})`, { accept: asTable })
  expect(body.metadata).toMatchObject({
    resourceVersion: expect.stringMatching(/^\d+$/),
    continue: expect.any(String),
  })
  expect(body.rows).toHaveLength(1)
})
test('an empty list has columns and no rows', async () => {
  const { body } = await api.get(`${maps}?labelSelector=nobody`, { accept: asTable })
  expect(body.rows).toEqual([])
  expect(body.columnDefinitions).toHaveLength(3)
})
test('a watch of tables names the columns once', async () => {
  const name = await one()
  const watch = await api.watch(`${maps}?watch=true&fieldSelector=metadata.name=${name}`, { accept: asTable })
  onTestFinished(() => watch.close())
  await watch.event(1)
  await api.patch(`${maps}/${name}`, 'merge', { data: { b: 'y' } })
  const second = await watch.event(2)
  expect(watch.events[0]?.object.columnDefinitions).toHaveLength(3)
  expect(second.object.columnDefinitions).toBeNull()
  expect(second.object.rows[0].cells.slice(0, 2)).toEqual([name, 2])
})
test('an error is no table', async () => {
  const got = await api.get(`${maps}/nothing`, { accept: asTable })
  expect(refusal(got)).toMatchInlineSnapshot(`
    "404 NotFound configmaps nothing
    configmaps "nothing" not found"
  `)
})
test('what is created can be shown as a table', async () => {
  const name = unique('one')
  const made = await api.post(maps, { metadata: { name } }, { accept: asTable })
  expect(made.code).toBe(201)
  expect(made.body).toMatchObject({ kind: 'Table', rows: [{ cells: [name, 0, expect.any(String)] }] })
})
test('a client that takes JSON, too, gets a table where there is one', async () => {
  const name = await one()
  const { body } = await api.get(`${maps}/${name}`, { accept: `${asTable},application/json` })
  expect(body.kind).toBe('Table')
})
test('metadata alone', async () => {
  const name = await one()
  const { body } = await api.get(`${maps}/${name}`, {
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  })
  expect(Object.keys(body).sort()).toEqual(['apiVersion', 'kind', 'metadata'])
  expect(body).toMatchObject({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name },
  })
})
test('metadata of a list', async () => {
  const name = await one()
  const { body } = await api.get(`${maps}?labelSelector=a=${name}`, {
    accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  })
  expect(body).toMatchObject({
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    items: [{ metadata: { name } }],
  })
  expect(body.items[0]).not.toHaveProperty('data')
})
test.each([
  ['text/html'],
  ['application/json;as=Other;g=meta.k8s.io;v=v1'],
  ['application/json;as=Table;g=meta.k8s.io;v=v9'],
])('Accept: %s cannot be served', async (accept) => {
  const name = await one()
  expect(refusal(await api.get(`${maps}/${name}`, { accept }))).toMatchSnapshot()
})
