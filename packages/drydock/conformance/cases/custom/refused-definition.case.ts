/** What a CustomResourceDefinition is refused for. */
import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, settled } from '../../cluster.ts'
import { refusal } from '../../shown.ts'
import { defining, definitionOf, definitions } from './definition.ts'

const field = (schema: string) =>
  `{type: object, properties: {spec: {type: object, properties: {a: ${schema}}}}}`
const refused = async (schema: string, version = '', spec = '') =>
  refusal(await defining(schema, version, spec)).replace(/(compilation failed|but isn't): .*/s, '$1')

test.each([
  ['no type at the root', '{}'],
  ['another type at the root', '{type: string}'],
  ['no type of a field', field('{}')],
  ['no type of items', field('{type: array, items: {}}')],
  ['no items of a list', field('{type: array}')],
  ['an unknown type', field('{type: text}')],
  [
    'properties and additionalProperties',
    field('{type: object, properties: {b: {type: string}}, additionalProperties: {type: string}}'),
  ],
  ['unique items', field('{type: array, uniqueItems: true, items: {type: string}}')],
  ['a reference', field('{$ref: "#/x"}')],
  ['a pattern that is none', field('{type: string, pattern: "("}')],
  ['a default of the wrong type', field('{type: string, default: 1}')],
  ['a default that is not allowed', field('{type: string, enum: [x], default: y}')],
  [
    'a default that would be pruned',
    field('{type: object, properties: {b: {type: string}}, default: {c: 1}}'),
  ],
  ['structure inside anyOf', field('{type: string, anyOf: [{type: string}]}')],
  [
    'a property inside allOf that is not outside',
    field('{type: object, allOf: [{properties: {b: {minLength: 1}}}]}'),
  ],
  [
    'rules about metadata',
    '{type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}}}',
  ],
  [
    'a list of a kind that is none',
    field('{type: array, x-kubernetes-list-type: other, items: {type: string}}'),
  ],
  [
    'a map list without keys',
    field(
      '{type: array, x-kubernetes-list-type: map, items: {type: object, properties: {b: {type: string}}}}',
    ),
  ],
  [
    'a key of a map list that is neither required nor defaulted',
    field(
      '{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [b], items: {type: object, properties: {b: {type: string}}}}',
    ),
  ],
  [
    'a key of a map list that is no field',
    field(
      '{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [c], items: {type: object, properties: {b: {type: string}}}}',
    ),
  ],
  [
    'a set of objects',
    field(
      '{type: array, x-kubernetes-list-type: set, items: {type: object, properties: {b: {type: string}}}}',
    ),
  ],
  ['an int-or-string with a type', field('{type: string, x-kubernetes-int-or-string: true}')],
  ['unknown fields preserved: false', field('{type: object, x-kubernetes-preserve-unknown-fields: false}')],
  ['an embedded resource that is no object', field('{type: string, x-kubernetes-embedded-resource: true}')],
  ['an embedded resource without fields', field('{type: object, x-kubernetes-embedded-resource: true}')],
  ['nullable at the root', '{type: object, nullable: true}'],
])('a schema with %s', async (_, schema) => {
  expect(await refused(schema)).toMatchSnapshot()
})

const rule = (text: string, type = 'integer') => field(`{type: ${type}, x-kubernetes-validations: [${text}]}`)
test.each([
  ['no rule', rule('{message: x}')],
  ['a syntax error', rule('{rule: "self >"}')],
  ['a wrong type', rule('{rule: "self + 1"}')],
  [
    'an unknown field',
    field(
      '{type: object, properties: {b: {type: string}}, x-kubernetes-validations: [{rule: "self.c == 1"}]}',
    ),
  ],
  ['an unknown function', rule('{rule: "self.nothing()"}')],
  ['a message of several lines', rule('{rule: "self > 1", message: "a\\nb"}')],
  ['a message expression that is no text', rule('{rule: "self > 1", messageExpression: "1"}')],
  ['a reason that is none', rule('{rule: "self > 1", reason: Other}')],
  [
    'a field path that is none',
    field(
      '{type: object, properties: {b: {type: string}}, x-kubernetes-validations: [{rule: "true", fieldPath: .c}]}',
    ),
  ],
  [
    'oldSelf where items cannot be told apart',
    field(
      '{type: array, maxItems: 5, items: {type: string, x-kubernetes-validations: [{rule: "self == oldSelf"}]}}',
    ),
  ],
  ['optionalOldSelf without oldSelf', rule('{rule: "self > 1", optionalOldSelf: true}')],
])('a rule with %s', async (_, schema) => {
  expect(await refused(schema)).toMatchSnapshot()
})

const plain = '{type: object}'
test.each([
  ['no schema', 'null', '', ''],
  ['a column without path', plain, 'additionalPrinterColumns: [{name: A, type: string}]', ''],
  [
    'a column of an unknown type',
    plain,
    'additionalPrinterColumns: [{name: A, type: text, jsonPath: .spec.a}]',
    '',
  ],
  [
    'a column with a bad path',
    plain,
    'additionalPrinterColumns: [{name: A, type: string, jsonPath: spec.a}]',
    '',
  ],
  [
    'a scale without paths',
    plain,
    'subresources: {scale: {specReplicasPath: "", statusReplicasPath: ""}}',
    '',
  ],
  [
    'a scale with paths elsewhere',
    plain,
    'subresources: {scale: {specReplicasPath: .a, statusReplicasPath: .spec.b, labelSelectorPath: .c}}',
    '',
  ],
  ['a deprecation warning without deprecation', plain, 'deprecationWarning: x', ''],
  ['a selectable field that is not there', plain, 'selectableFields: [{jsonPath: .spec.a}]', ''],
  ['a conversion by webhook that says no more', plain, '', 'conversion: {strategy: Webhook}'],
  ['an unknown conversion', plain, '', 'conversion: {strategy: Other}'],
  ['preserveUnknownFields', plain, '', 'preserveUnknownFields: true'],
])('a version with %s', async (_, schema, version, spec) => {
  expect(await refused(schema, version, spec)).toMatchSnapshot()
})

async function changed(change: (body: ReturnType<typeof definitionOf>['body']) => void): Promise<string> {
  const { body } = definitionOf(plain)
  change(body)
  return refusal(await api.post(`${definitions}?dryRun=All`, body))
}
test('a name is made of plural and group', async () => {
  expect(
    await changed((body) => {
      body.metadata.name = 'other'
    }),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io other
    metadata.name | FieldValueInvalid | Invalid value: "other": must be spec.names.plural+"."+spec.group"
  `)
})
test('a group has a dot', async () => {
  expect(
    await changed((body) => {
      body.spec.group = 'abc'
    }),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    metadata.name | FieldValueInvalid | Invalid value: "boats.g.example.com": must be spec.names.plural+"."+spec.group
    spec.group | FieldValueInvalid | Invalid value: "abc": should be a domain with at least one dot"
  `)
})
test('names of a kind', async () => {
  expect(
    await changed((body) => {
      body.spec.names = { plural: 'Boats', kind: 'bo at', shortNames: ['A'], singular: '1' }
    }),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    metadata.name | FieldValueInvalid | Invalid value: "boats.g.example.com": must be spec.names.plural+"."+spec.group
    spec.names.plural | FieldValueInvalid | Invalid value: "Boats": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
    spec.names.singular | FieldValueInvalid | Invalid value: "1": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
    spec.names.kind | FieldValueInvalid | Invalid value: "bo at": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
    spec.names.listKind | FieldValueInvalid | Invalid value: "bo atList": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
    spec.names.shortNames[0] | FieldValueInvalid | Invalid value: "A": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
  `)
})
test('kind and list are not called the same', async () => {
  expect(
    await changed((body) => {
      body.spec.names.listKind = 'Boat'
    }),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.names.listKind | FieldValueInvalid | Invalid value: "Boat": kind and listKind may not be the same"
  `)
})
test('a scope is one of two', async () => {
  expect(
    await changed((body) => {
      body.spec.scope = 'Everywhere'
    }),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.scope | FieldValueNotSupported | Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced""
  `)
})
test('one version is stored', async () => {
  expect(
    (
      await changed((body) => {
        body.spec.versions[0].storage = false
      })
    ).replace(/Invalid value: \[.*\]: /s, 'Invalid value: X: '),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.versions | FieldValueInvalid | Invalid value: X: must have exactly one version marked as storage version
    status.storedVersions | FieldValueInvalid | Invalid value: null: must have at least one stored version"
  `)
})
test('versions have names of their own', async () => {
  expect(
    (
      await changed((body) => {
        body.spec.versions = [body.spec.versions[0], { ...body.spec.versions[0], storage: false }]
      })
    ).replace(/Invalid value: \[.*\]: /s, 'Invalid value: X: '),
  ).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.versions | FieldValueInvalid | Invalid value: X: must contain unique version names"
  `)
})
test('scope and names stay', async () => {
  const { body } = definitionOf(plain)
  await api.post(definitions, body)
  const path = `${definitions}/${body.metadata.name}`
  await settled(path, ({ status }) =>
    status.conditions?.some((one: Json) => one.type === 'Established' && one.status === 'True'),
  )
  const scope = await api.patch(path, 'merge', { spec: { scope: 'Cluster' } })
  const group = await api.patch(path, 'merge', { spec: { group: 'other.example.com' } })
  const names = await api.patch(path, 'merge', { spec: { names: { kind: 'Ship' } } })
  await api.delete(path)
  expect(refusal(scope)).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.scope | FieldValueInvalid | Invalid value: "Cluster": field is immutable"
  `)
  expect(refusal(group)).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.group | FieldValueInvalid | Invalid value: "other.example.com": field is immutable"
  `)
  expect(refusal(names)).toMatchInlineSnapshot(`
    "422 Invalid CustomResourceDefinition.apiextensions.k8s.io boats.g.example.com
    spec.names.kind | FieldValueInvalid | Invalid value: "Ship": field is immutable"
  `)
})
