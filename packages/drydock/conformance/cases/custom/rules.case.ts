/** Rules of custom kinds that look at what was there before, tell why in words of their own, or excuse what stays. */
import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, namespace, yaml } from '../../cluster.ts'
import { byName, refusal } from '../../shown.ts'
import { defined } from './definition.ts'

const ns = await namespace()
const spec = (fields: string, rest = '') =>
  `{type: object, properties: {spec: {type: object, properties: {${fields}}, ${rest}}}}`
const boat = (path: string, text: string, name = 'one'): Json => ({
  apiVersion: path.split('/').slice(2, 4).join('/'),
  kind: 'Boat',
  metadata: { name },
  spec: yaml(text),
})
const rules = (...all: string[]) => `x-kubernetes-validations: [${all.join(', ')}]`

/** From the first spec to the second. */
async function changed(schema: string, from: string, to: string): Promise<string> {
  const path = await defined(ns, schema)
  const made = await api.post(path, boat(path, from))
  if (made.code !== 201) return `not made: ${refusal(made)}`
  const { resourceVersion } = made.body.metadata
  const next = boat(path, to)
  next.metadata.resourceVersion = resourceVersion
  return byName(refusal(await api.put(`${path}/one`, next)))
}

test.each<[string, string, string, string]>([
  [
    'a field that does not change',
    spec(`a: {type: string, ${rules('{rule: "self == oldSelf", message: fixed}')}}`),
    '{a: x}',
    '{a: y}',
  ],
  [
    'a field that does not change is added',
    spec(`a: {type: string, ${rules('{rule: "self == oldSelf", message: fixed}')}}`),
    '{}',
    '{a: y}',
  ],
  [
    'a field that does not change is removed',
    spec(`a: {type: string, ${rules('{rule: "self == oldSelf", message: fixed}')}}`),
    '{a: x}',
    '{}',
  ],
  [
    'a field that cannot be added or removed',
    spec('a: {type: string}', rules('{rule: "has(self.a) == has(oldSelf.a)", message: stays}')),
    '{a: x}',
    '{}',
  ],
  [
    'a list that only grows',
    spec(
      `a: {type: array, maxItems: 5, items: {type: string, maxLength: 5}, ${rules('{rule: "oldSelf.all(x, x in self)"}')}}`,
    ),
    '{a: [x, y]}',
    '{a: [x]}',
  ],
  [
    'a map that keeps its keys',
    spec(
      `a: {type: object, maxProperties: 5, additionalProperties: {type: string, maxLength: 5}, ${rules('{rule: "oldSelf.all(k, k in self)", message: keys stay}')}}`,
    ),
    '{a: {x: y}}',
    '{a: {z: y}}',
  ],
  [
    'elements of a list by key',
    spec(
      `a: {type: array, maxItems: 5, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: object, required: [k], properties: {k: {type: string, maxLength: 5}, v: {type: integer, ${rules('{rule: "self >= oldSelf", message: only up}')}}}}}`,
    ),
    '{a: [{k: x, v: 2}, {k: y, v: 5}]}',
    '{a: [{k: y, v: 4}, {k: x, v: 3}, {k: z, v: 0}]}',
  ],
  [
    'values of a map',
    spec(
      `a: {type: object, maxProperties: 5, additionalProperties: {type: integer, ${rules('{rule: "self >= oldSelf", message: only up}')}}}`,
    ),
    '{a: {x: 2}}',
    '{a: {x: 1, y: 0}}',
  ],
  [
    'a message that is made',
    spec(
      `a: {type: integer, ${rules(`{rule: "self >= oldSelf", messageExpression: "'not below ' + (oldSelf > 1 ? 'two' : 'one')"}`)}}`,
    ),
    '{a: 2}',
    '{a: 1}',
  ],
  [
    'a message that is made and empty',
    spec(
      `a: {type: integer, ${rules(`{rule: "self >= oldSelf", message: plain, messageExpression: "''"}`)}}`,
    ),
    '{a: 2}',
    '{a: 1}',
  ],
  [
    'a message that cannot be made',
    spec(
      `a: {type: integer, ${rules(`{rule: "self >= oldSelf", message: plain, messageExpression: "string(1/(self-1))"}`)}}`,
    ),
    '{a: 2}',
    '{a: 1}',
  ],
  [
    'reasons of rules',
    spec(
      'a: {type: integer}',
      rules(
        '{rule: "self.a < 3", reason: FieldValueInvalid}',
        '{rule: "self.a < 4", reason: FieldValueRequired}',
        '{rule: "self.a < 5", reason: FieldValueDuplicate}',
      ),
    ),
    '{a: 1}',
    '{a: 9}',
  ],
  [
    'the path of a rule',
    spec(
      'a: {type: object, properties: {b: {type: object, properties: {c: {type: integer}}}}}',
      rules('{rule: "self.a.b.c < 3", fieldPath: ".a.b.c"}'),
    ),
    '{a: {b: {c: 1}}}',
    '{a: {b: {c: 9}}}',
  ],
  [
    'a rule about a quantity',
    spec(
      `a: {x-kubernetes-int-or-string: true, ${rules('{rule: "quantity(string(self)).compareTo(quantity(\'1Gi\')) <= 0", message: at most 1Gi}')}}`,
    ),
    '{a: 1Mi}',
    '{a: 2Gi}',
  ],
  [
    'a rule about a duration',
    spec(
      `a: {type: string, format: duration, ${rules('{rule: "self <= duration(\'1h\')", message: at most an hour}')}}`,
    ),
    '{a: 5m}',
    '{a: 2h}',
  ],
  [
    'a rule about a time',
    spec(
      `a: {type: string, format: date-time, ${rules('{rule: "self < timestamp(\'2030-01-01T00:00:00Z\')", message: too late}')}}`,
    ),
    '{a: "2020-01-01T00:00:00Z"}',
    '{a: "2040-01-01T00:00:00Z"}',
  ],
  [
    'a rule about bytes',
    spec(`a: {type: string, format: byte, ${rules('{rule: "size(self) < 3", message: too many}')}}`),
    '{a: eA==}',
    '{a: eHh4eA==}',
  ],
  [
    'a rule with matches and find',
    spec(
      `a: {type: string, maxLength: 20, ${rules("{rule: \"self.matches('^[a-z]+$') && self.find('z') == ''\", message: no z}")}}`,
    ),
    '{a: abc}',
    '{a: abz}',
  ],
  [
    'a rule with url',
    spec(
      `a: {type: string, maxLength: 40, ${rules('{rule: "isURL(self) && url(self).getScheme() == \'https\'", message: https}')}}`,
    ),
    '{a: "https://x.example.com"}',
    '{a: "http://x.example.com"}',
  ],
  [
    'a rule with ip and cidr',
    spec(
      `a: {type: string, maxLength: 40, ${rules('{rule: "isIP(self) && cidr(\'10.0.0.0/8\').containsIP(ip(self))", message: not ours}')}}`,
    ),
    '{a: 10.1.2.3}',
    '{a: 11.1.2.3}',
  ],
  [
    'a rule with sets',
    spec(
      `a: {type: array, maxItems: 4, items: {type: string, maxLength: 4}, ${rules("{rule: \"sets.contains(['x', 'y'], self)\", message: only x and y}")}}`,
    ),
    '{a: [x]}',
    '{a: [x, z]}',
  ],
  [
    'a rule about an optional field',
    spec(
      'a: {type: object, properties: {b: {type: integer}}}',
      rules('{rule: "self.?a.?b.orValue(0) < 3", message: too much}'),
    ),
    '{}',
    '{a: {b: 4}}',
  ],
  [
    'a rule about an enum that widens',
    spec(
      'a: {type: string, enum: [x, y, z]}',
      rules('{rule: "self.a in [\'x\', oldSelf.a]", message: x or as it was}'),
    ),
    '{a: x}',
    '{a: y}',
  ],
])('%s', async (_, schema, from, to) => {
  expect(await changed(schema, from, to)).toMatchSnapshot()
})

test.each<[string, string, string, string, string]>([
  [
    'a value that is not changed',
    'a: {type: integer}, b: {type: string}',
    'a: {type: integer, maximum: 3}, b: {type: string}',
    '{a: 9, b: x}',
    '{a: 9, b: y}',
  ],
  [
    'a value that is changed and still refused',
    'a: {type: integer}, b: {type: string}',
    'a: {type: integer, maximum: 3}, b: {type: string}',
    '{a: 9, b: x}',
    '{a: 8, b: y}',
  ],
  [
    'a rule about what is not changed',
    'a: {type: integer}, b: {type: string}',
    `a: {type: integer, ${rules('{rule: "self < 3"}')}}, b: {type: string}`,
    '{a: 9, b: x}',
    '{a: 9, b: y}',
  ],
  [
    'a rule about what is changed',
    'a: {type: integer}, b: {type: string}',
    `a: {type: integer, ${rules('{rule: "self < 3"}')}}, b: {type: string}`,
    '{a: 9, b: x}',
    '{a: 8, b: y}',
  ],
  [
    'an enum that lost a value',
    'a: {type: string, enum: [x, y]}, b: {type: string}',
    'a: {type: string, enum: [x]}, b: {type: string}',
    '{a: y}',
    '{a: y, b: z}',
  ],
  [
    'a field that became required',
    'a: {type: object, properties: {b: {type: string}, c: {type: string}}}',
    'a: {type: object, required: [c], properties: {b: {type: string}, c: {type: string}}}',
    '{a: {b: x}}',
    '{a: {b: y}}',
  ],
  [
    'elements of a list map',
    'a: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: object, required: [k], properties: {k: {type: string}, v: {type: integer}}}}',
    'a: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: object, required: [k], properties: {k: {type: string}, v: {type: integer, maximum: 3}}}}',
    '{a: [{k: x, v: 9}]}',
    '{a: [{k: y, v: 1}, {k: x, v: 9}]}',
  ],
  [
    'elements of a plain list',
    'a: {type: array, items: {type: integer}}',
    'a: {type: array, items: {type: integer, maximum: 3}}',
    '{a: [9]}',
    '{a: [9, 1]}',
  ],
  [
    'a type that changed',
    'a: {type: integer}, b: {type: string}',
    'a: {type: string}, b: {type: string}',
    '{a: 9}',
    '{a: 9, b: y}',
  ],
])('what a stricter definition excuses: %s', async (_, before, after, from, to) => {
  const path = await defined(ns, spec(before))
  expect((await api.post(path, boat(path, from))).code).toBe(201)
  const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.${path.split('/')[2]}`
  await api.patch(crd, 'json', [
    { op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: yaml(spec(after)) },
  ])
  for (let i = 0; i < 200; i += 1) {
    if ((await api.post(`${path}?dryRun=All`, boat(path, from, 'probe'))).code === 422) break
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  expect(byName(refusal(await api.patch(`${path}/one`, 'merge', { spec: yaml(to) })))).toMatchSnapshot()
})

test.each<[string, string]>([
  ['whole', '{apiVersion: v1, kind: Secret, metadata: {name: x, labels: {a: b}}, data: {k: v}}'],
  ['without a kind', '{apiVersion: v1, metadata: {name: x}}'],
  ['without a version', '{kind: Secret}'],
  ['with a bad name', '{apiVersion: v1, kind: Secret, metadata: {name: Not_Valid}}'],
  ['with bad labels', '{apiVersion: v1, kind: Secret, metadata: {name: x, labels: {"a b": c}}}'],
  ['with unknown metadata', '{apiVersion: v1, kind: Secret, metadata: {name: x, nothing: y}}'],
  ['with a bad kind', '{apiVersion: v1, kind: "not a kind", metadata: {name: x}}'],
])('an embedded resource, %s', async (_, embedded) => {
  const path = await defined(
    ns,
    spec(
      't: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}',
    ),
  )
  const reply = await api.post(path, boat(path, `{t: ${embedded}}`))
  expect(byName(refusal(reply))).toMatchSnapshot()
  if (reply.code === 201) expect(reply.body.spec).toMatchSnapshot()
})

test('fields by which objects are found', async () => {
  const path = await defined(
    ns,
    spec('a: {type: string}, n: {type: integer}, b: {type: boolean}'),
    'selectableFields: [{jsonPath: .spec.a}, {jsonPath: .spec.n}, {jsonPath: .spec.b}]',
  )
  await api.post(path, boat(path, '{a: x, n: 1, b: true}', 'one'))
  await api.post(path, boat(path, '{a: y, n: 2, b: false}', 'two'))
  await api.post(path, boat(path, '{}', 'three'))
  const found = async (query: string) =>
    (await api.get(`${path}?fieldSelector=${encodeURIComponent(query)}`)).body.items?.map(
      (one: Json) => one.metadata.name,
    )
  const queries = [
    'spec.a=x',
    'spec.a!=x',
    'spec.n=2',
    'spec.b=true',
    'spec.b=false',
    'spec.a=',
    'spec.a=x,spec.n=2',
    'spec.n!=1,metadata.name=two',
  ]
  const answers: Json = {}
  for (const query of queries) answers[query] = await found(query)
  expect(answers).toMatchSnapshot()
  const watch = await api.watch(`${path}?watch=true&fieldSelector=spec.a%3Dx`)
  expect((await watch.event(1)).object.metadata.name).toBe('one')
  await api.patch(`${path}/one`, 'merge', { spec: { a: 'z' } })
  expect((await watch.event(2)).type).toBe('DELETED')
  await api.patch(`${path}/two`, 'merge', { spec: { a: 'x' } })
  expect((await watch.event(3)).type).toBe('ADDED')
  watch.close()
})
