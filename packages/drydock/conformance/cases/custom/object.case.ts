/** Objects of custom kinds: what is pruned, defaulted and refused. */
import { expect, test } from 'vitest'
import { api, namespace, yaml } from '../../cluster.ts'
import { byName, refusal } from '../../shown.ts'
import { defined } from './definition.ts'

const ns = await namespace()
const spec = (fields: string, rest = '') =>
  `{type: object, properties: {spec: {type: object, properties: {${fields}}, ${rest}}}}`
const body = (text: string, name = 'one') => ({
  apiVersion: '',
  kind: 'Boat',
  metadata: { name },
  spec: yaml(text),
})
const post = (path: string, text: string, name = 'one', query = '') =>
  api.post(path + query, { ...body(text, name), apiVersion: path.split('/').slice(2, 4).join('/') })

test.each([
  ['required', 'a: {type: string}', 'required: [a, b]', '{}'],
  ['type', 'a: {type: string}', '', '{a: 1}'],
  ['type of a list', 'a: {type: array, items: {type: integer}}', '', '{a: [1, x, 2.5]}'],
  ['enum', 'a: {type: string, enum: [x, y]}', '', '{a: z}'],
  ['pattern', 'a: {type: string, pattern: "^[a-z]+$"}', '', '{a: "1"}'],
  [
    'minimum and maximum',
    'a: {type: integer, minimum: 3}, b: {type: integer, maximum: 3, exclusiveMaximum: true}',
    '',
    '{a: 1, b: 3}',
  ],
  ['multipleOf', 'a: {type: integer, multipleOf: 4}', '', '{a: 6}'],
  [
    'minLength and maxLength',
    'a: {type: string, minLength: 3}, b: {type: string, maxLength: 3}',
    '',
    '{a: x, b: abcd}',
  ],
  [
    'minItems and maxItems',
    'a: {type: array, minItems: 1, items: {type: string}}, b: {type: array, maxItems: 1, items: {type: string}}',
    '',
    '{a: [], b: [x, y]}',
  ],
  [
    'minProperties and maxProperties',
    'a: {type: object, minProperties: 1, additionalProperties: {type: string}}, b: {type: object, maxProperties: 1, additionalProperties: {type: string}}',
    '',
    '{a: {}, b: {x: y, z: w}}',
  ],
  [
    'format',
    'a: {type: string, format: date-time}, b: {type: string, format: ipv4}, c: {type: string, format: int32}',
    '',
    '{a: x, b: y, c: z}',
  ],
  ['format of numbers', 'a: {type: integer, format: int32}', '', '{a: 3000000000}'],
  [
    'a set that repeats',
    'a: {type: array, x-kubernetes-list-type: set, items: {type: string}}',
    '',
    '{a: [x, y, x]}',
  ],
  [
    'a map list that repeats',
    'a: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: object, required: [k], properties: {k: {type: string}, v: {type: integer}}}}',
    '',
    '{a: [{k: x}, {k: x, v: 1}]}',
  ],
  ['null', 'a: {type: string}, b: {type: string, nullable: true}', '', '{a: null, b: null}'],
  ['int-or-string', 'a: {x-kubernetes-int-or-string: true}', '', '{a: 1.5}'],
  [
    'oneOf',
    'a: {type: object, properties: {x: {type: string}, y: {type: string}}, oneOf: [{required: [x]}, {required: [y]}]}',
    '',
    '{a: {x: p, y: q}}',
  ],
  [
    'anyOf',
    'a: {type: object, properties: {x: {type: string}, y: {type: string}}, anyOf: [{required: [x]}, {required: [y]}]}',
    '',
    '{a: {}}',
  ],
  ['not', 'a: {type: string, not: {enum: [x]}}', '', '{a: x}'],
  [
    'a rule',
    'a: {type: integer}, b: {type: integer}',
    'x-kubernetes-validations: [{rule: "self.a < self.b"}]',
    '{a: 2, b: 1}',
  ],
  [
    'a rule with message',
    'a: {type: integer, x-kubernetes-validations: [{rule: "self > 5", message: must be large}]}',
    '',
    '{a: 2}',
  ],
  [
    'a rule with an expression for its message',
    'a: {type: integer, x-kubernetes-validations: [{rule: "self > 5", messageExpression: "\'not \' + \'enough\'"}]}',
    '',
    '{a: 2}',
  ],
  [
    'a rule with reason and path',
    'a: {type: integer}',
    'x-kubernetes-validations: [{rule: "self.a > 5", reason: FieldValueForbidden, fieldPath: .a, message: too small}]',
    '{a: 2}',
  ],
  [
    'a rule that fails by itself',
    'a: {type: array, maxItems: 3, items: {type: integer}}',
    'x-kubernetes-validations: [{rule: "self.a[5] == 1"}]',
    '{a: [1]}',
  ],
  [
    'rules that are left out',
    'a: {type: integer}, b: {type: string, maxLength: 2}',
    'required: [c], x-kubernetes-validations: [{rule: "self.a > 5"}]',
    '{a: 2, b: xxx}',
  ],
  [
    'several rules',
    'a: {type: integer, x-kubernetes-validations: [{rule: "self > 5"}, {rule: "self % 2 == 1", message: must be odd}]}',
    '',
    '{a: 2}',
  ],
])('%s', async (_, fields, rest, object) => {
  const path = await defined(ns, spec(fields, rest))
  expect(byName(refusal(await post(path, object)))).toMatchSnapshot()
})

test('a transition rule', async () => {
  const path = await defined(
    ns,
    spec('a: {type: integer, x-kubernetes-validations: [{rule: "self >= oldSelf", message: only up}]}'),
  )
  expect((await post(path, '{a: 3}')).code).toBe(201)
  expect((await api.patch(`${path}/one`, 'merge', { spec: { a: 4 } })).code).toBe(200)
  expect(refusal(await api.patch(`${path}/one`, 'merge', { spec: { a: 1 } }))).toMatchInlineSnapshot(`
    "422 Invalid Boat.g.example.com one
    spec.a | FieldValueInvalid | Invalid value: "integer": only up"
  `)
})
test('a transition rule that also looks at new objects', async () => {
  const path = await defined(
    ns,
    spec(
      'a: {type: integer, x-kubernetes-validations: [{rule: "oldSelf.hasValue() || self == 1", optionalOldSelf: true, message: starts at 1}]}',
    ),
  )
  expect(refusal(await post(path, '{a: 3}'))).toMatchInlineSnapshot(`
    "422 Invalid Boat.g.example.com one
    spec.a | FieldValueInvalid | Invalid value: "integer": starts at 1"
  `)
  expect((await post(path, '{a: 1}')).code).toBe(201)
})
test('what an update leaves as it was is excused', async () => {
  const path = await defined(ns, spec('a: {type: string}, b: {type: string}'))
  expect((await post(path, '{a: long, b: x}')).code).toBe(201)
  const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.${path.split('/')[2]}`
  const tightened = spec('a: {type: string, maxLength: 2}, b: {type: string}')
  await api.patch(crd, 'json', [
    { op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: yaml(tightened) },
  ])
  const other = async () => refusal(await post(path, '{a: long}', 'other', '?dryRun=All'))
  for (let i = 0; i < 100 && (await other()) === '201'; i += 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  expect(refusal(await api.patch(`${path}/one`, 'merge', { spec: { b: y() } }))).toBe('200')
  expect(refusal(await api.patch(`${path}/one`, 'merge', { spec: { a: 'longer' } }))).toMatchInlineSnapshot(`
    "422 Invalid Boat.g.example.com one
    spec.a | FieldValueTooLong | Too long: may not be more than 2 bytes"
  `)
})
const y = (): string => 'y'
test('unknown fields are pruned, and told of', async () => {
  const path = await defined(ns, spec('a: {type: string}'))
  const made = await post(path, '{a: x, b: y}')
  expect(made.headers['warning']).toMatchInlineSnapshot(`"299 - "unknown field \\"spec.b\\"""`)
  expect(made.body.spec).toEqual({ a: 'x' })
  expect(refusal(await post(path, '{a: x, b: y}', 'two', '?fieldValidation=Strict'))).toMatchInlineSnapshot(`
    "400 BadRequest
    Boat in version "v1" cannot be handled as a Boat: strict decoding error: unknown field "spec.b""
  `)
})
test('unknown fields are kept where the schema says so', async () => {
  const path = await defined(
    ns,
    spec(
      'a: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {x: {type: object, properties: {y: {type: string}}}}}',
    ),
  )
  const made = await post(path, '{a: {other: 1, x: {y: z, w: v}}}')
  expect(made.body.spec).toEqual({ a: { other: 1, x: { y: 'z' } } })
})
test('defaults are filled in, also inside of what is there', async () => {
  const path = await defined(
    ns,
    spec(
      'a: {type: string, default: x}, b: {type: object, properties: {c: {type: integer, default: 3}}}, d: {type: array, items: {type: object, properties: {e: {type: boolean, default: true}}}}, f: {type: object, default: {}, properties: {g: {type: string, default: h}}}, n: {type: string, default: z}, m: {type: string, nullable: true, default: w}',
    ),
  )
  const made = await post(path, '{b: {}, d: [{}, {e: false}], n: null, m: null}')
  expect(made.body.spec).toEqual({
    a: 'x',
    b: { c: 3 },
    d: [{ e: true }, { e: false }],
    f: { g: 'h' },
    m: null,
    n: 'z',
  })
})
test('an update needs the revision it replaces', async () => {
  const path = await defined(ns, spec('a: {type: string}'))
  const made = await post(path, '{a: x}')
  const { resourceVersion: _, ...metadata } = made.body.metadata
  expect(refusal(await api.put(`${path}/one`, { ...made.body, metadata }))).toMatchInlineSnapshot(`
    "422 Invalid boats.g.example.com one
    metadata.resourceVersion | FieldValueInvalid | Invalid value: 0: must be specified for an update"
  `)
})
test('the status is written by itself, and does not count as a generation', async () => {
  const path = await defined(
    ns,
    '{type: object, properties: {spec: {type: object, properties: {a: {type: string}}}, status: {type: object, properties: {b: {type: string}}}}}',
    'subresources: {status: {}}',
  )
  const made = await api.post(path, {
    apiVersion: path.split('/').slice(2, 4).join('/'),
    kind: 'Boat',
    metadata: { name: 'one' },
    spec: { a: 'x' },
    status: { b: 'y' },
  })
  expect(made.body).not.toHaveProperty('status')
  expect(made.body.metadata.generation).toBe(1)
  const status = await api.patch(`${path}/one/status`, 'merge', {
    spec: { a: 'z' },
    status: { b: 'w' },
    metadata: { labels: { l: 'm' } },
  })
  expect(status.body).toMatchObject({ spec: { a: 'x' }, status: { b: 'w' }, metadata: { generation: 1 } })
  const main = await api.patch(`${path}/one`, 'merge', { spec: { a: 'q' }, status: { b: 'r' } })
  expect(main.body).toMatchObject({ spec: { a: 'q' }, status: { b: 'w' }, metadata: { generation: 2 } })
})
test('a strategic patch is not for custom kinds', async () => {
  const path = await defined(ns, spec('a: {type: string}'))
  await post(path, '{a: x}')
  expect(refusal(await api.patch(`${path}/one`, 'strategic', { spec: { a: 'y' } }))).toMatchInlineSnapshot(`
    "415 UnsupportedMediaType
    the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
  `)
})
test('a scale has numbers and a selector', async () => {
  const path = await defined(
    ns,
    '{type: object, properties: {spec: {type: object, properties: {n: {type: integer}}}, status: {type: object, properties: {n: {type: integer}, s: {type: string}}}}}',
    'subresources: {status: {}, scale: {specReplicasPath: .spec.n, statusReplicasPath: .status.n, labelSelectorPath: .status.s}}',
  )
  await post(path, '{n: 2}')
  await api.patch(`${path}/one/status`, 'merge', { status: { n: 1, s: 'a=b' } })
  const { body: scale } = await api.get(`${path}/one/scale`)
  expect(scale).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 2 },
    status: { replicas: 1, selector: 'a=b' },
  })
  const put = await api.put(`${path}/one/scale`, { ...scale, spec: { replicas: 5 } })
  expect(put.body.spec).toEqual({ replicas: 5 })
  expect((await api.get(`${path}/one`)).body.spec).toEqual({ n: 5 })
})
test('columns of a table', async () => {
  const path = await defined(
    ns,
    '{type: object, x-kubernetes-preserve-unknown-fields: true}',
    'additionalPrinterColumns: [{name: A, type: string, jsonPath: .spec.a, description: of a}, {name: N, type: integer, format: int32, jsonPath: .spec.n, priority: 1}, {name: When, type: date, jsonPath: .metadata.creationTimestamp}, {name: B, type: boolean, jsonPath: .spec.b}, {name: L, type: string, jsonPath: ".spec.l[*].x"}, {name: O, type: string, jsonPath: .spec.o}]',
  )
  await post(path, '{a: x, n: 5, b: true, l: [{x: 1}, {x: 2}], o: {p: q}}')
  await post(path, '{n: text}', 'two')
  const { body: table } = await api.get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
  expect(table.columnDefinitions.slice(1)).toMatchSnapshot()
  expect(
    table.rows.map(({ cells }: { cells: unknown[] }) =>
      cells.map((cell) => (/^\d+s$/.test(String(cell)) ? 'AGE' : cell)),
    ),
  ).toMatchSnapshot()
})
test('a deprecated version warns', async () => {
  const path = await defined(
    ns,
    spec('a: {type: string}'),
    'deprecated: true, deprecationWarning: use something else',
  )
  expect((await api.get(path)).headers['warning']).toMatchInlineSnapshot(`"299 - "use something else""`)
})
test('a field that is said to be selectable', async () => {
  const path = await defined(ns, spec('a: {type: string}'), 'selectableFields: [{jsonPath: .spec.a}]')
  await post(path, '{a: x}')
  await post(path, '{a: y}', 'two')
  const found = await api.get(`${path}?fieldSelector=spec.a%3Dy`)
  expect(found.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
    'two',
  ])
  expect(refusal(await api.get(`${path}?fieldSelector=spec.b%3Dy`))).toMatchInlineSnapshot(`
    "400 BadRequest
    field label not supported: spec.b"
  `)
})
