/** What metadata of any kind is refused for. */
import { expect, test } from 'vitest'
import { api, namespace, yaml } from '../../cluster.ts'
import { byName, refusal } from '../../shown.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
const maps = `/api/v1/namespaces/${ns}/configmaps`
const create = (metadata: string) => creating(maps, `{metadata: ${metadata}}`)

test('a name is needed', async () => {
  expect(await create('{}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap
    metadata.name | FieldValueRequired | Required value: name or generateName is required"
  `)
})
test.each([['A'], ['a_b'], ['-a'], ['a.'], ['a..b']])('%s is no DNS name', async (name) => {
  const detail =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  expect(await create(`{name: "${name}"}`)).toBe(
    `422 Invalid ConfigMap ${name}\nmetadata.name | FieldValueInvalid | Invalid value: "${name}": ${detail}`,
  )
})
test('a name has at most 253 bytes', async () => {
  expect(
    (await create(`{name: ${'a'.repeat(254)}}`)).replaceAll('a'.repeat(254), 'AAA'),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap AAA
    metadata.name | FieldValueInvalid | Invalid value: "AAA": must be no more than 253 characters"
  `)
  expect(await create(`{name: ${'a'.repeat(253)}}`)).toBe('201')
})
test('a namespace is a DNS label', async () => {
  expect(await creating('/api/v1/namespaces', '{metadata: {name: a.b}}')).toMatchInlineSnapshot(`
    "422 Invalid Namespace a.b
    metadata.name | FieldValueInvalid | Invalid value: "a.b": must not contain dots"
  `)
  expect(
    (await creating('/api/v1/namespaces', `{metadata: {name: ${'a'.repeat(64)}}}`)).replaceAll(
      'a'.repeat(64),
      'AAA',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Namespace AAA
    metadata.name | FieldValueInvalid | Invalid value: "AAA": must be no more than 63 characters
    metadata.labels | FieldValueInvalid | Invalid value: "AAA": must be no more than 63 characters"
  `)
})
test('a generated name is checked with its suffix', async () => {
  expect((await create('{generateName: A_}')).replace(/A_\w{5}/g, 'A_XXXXX')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap A_XXXXX
    metadata.generateName | FieldValueInvalid | Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
    metadata.name | FieldValueInvalid | Invalid value: "A_XXXXX": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  `)
})
test('a name of the wrong namespace', async () => {
  expect(await create('{name: a, namespace: other}')).toMatchInlineSnapshot(`
    "400 BadRequest
    the namespace of the provided object does not match the namespace sent on the request"
  `)
})
test('a namespace that is not there', async () => {
  expect(
    refusal(await api.post('/api/v1/namespaces/not-there/configmaps', yaml('{metadata: {name: a}}'))),
  ).toMatchInlineSnapshot(`
    "404 NotFound namespaces not-there
    namespaces "not-there" not found"
  `)
})
test('labels', async () => {
  expect(
    byName(await create('{name: a, labels: {"a b": x, "/x": y, "A.com/x": z, "a/b/c": w, ok: "-"}}')),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.labels | FieldValueInvalid | Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
    metadata.labels | FieldValueInvalid | Invalid value: "/x": prefix part must be non-empty
    metadata.labels | FieldValueInvalid | Invalid value: "A.com/x": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
    metadata.labels | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    metadata.labels | FieldValueInvalid | Invalid value: "a/b/c": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
  `)
})
test('a value of a label has at most 63 bytes', async () => {
  expect(
    (await create(`{name: a, labels: {a: ${'b'.repeat(64)}}}`)).replaceAll('b'.repeat(64), 'BBB'),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.labels | FieldValueInvalid | Invalid value: "BBB": must be no more than 63 characters"
  `)
})
test('a name of a label has at most 63 bytes', async () => {
  expect(
    (await create(`{name: a, labels: {${'b'.repeat(64)}: x}}`)).replaceAll('b'.repeat(64), 'BBB'),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.labels | FieldValueInvalid | Invalid value: "BBB": name part must be no more than 63 characters"
  `)
})
test('a label is text', async () => {
  expect(await create('{name: a, labels: {a: 1}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
  `)
})
test('a label is one value', async () => {
  expect(await create('{name: a, labels: {a: [x]}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type string"
  `)
})
test('labels are a map', async () => {
  expect(await create('{name: a, labels: x}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string"
  `)
})
test('a name is text', async () => {
  expect(await create('{name: 1}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string"
  `)
})
test('annotations may have upper case in their prefix but need a name', async () => {
  expect(await create('{name: a, annotations: {"A.com/x": y}}')).toBe('201')
  expect(byName(await create('{name: a, annotations: {"a.com/": y, "a b": z}}'))).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.annotations | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    metadata.annotations | FieldValueInvalid | Invalid value: "a.com/": name part must be non-empty
    metadata.annotations | FieldValueInvalid | Invalid value: "a.com/": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})
test('annotations have 256 KiB', async () => {
  expect(await create(`{name: a, annotations: {a: ${'b'.repeat(256 * 1024)}}}`)).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.annotations | FieldValueTooLong | Too long: may not be more than 262144 bytes"
  `)
})
test('an annotation is text', async () => {
  expect(await create('{name: a, annotations: {a: true}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.annotations of type string"
  `)
})
test('an owner has kind, version, name and uid', async () => {
  expect(await create('{name: a, ownerReferences: [{}]}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.ownerReferences.apiVersion | FieldValueInvalid | Invalid value: "": version must not be empty
    metadata.ownerReferences.kind | FieldValueInvalid | Invalid value: "": must not be empty
    metadata.ownerReferences.name | FieldValueInvalid | Invalid value: "": must not be empty
    metadata.ownerReferences.uid | FieldValueInvalid | Invalid value: "": must not be empty"
  `)
})
test('an owner is not an event', async () => {
  expect(
    await create('{name: a, ownerReferences: [{apiVersion: v1, kind: Event, name: x, uid: y}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.ownerReferences | FieldValueInvalid | Invalid value: {"apiVersion":"v1","kind":"Event","name":"x","uid":"y"}: /v1, Kind=Event is disallowed from being an owner"
  `)
})
test('a version of an owner has one slash', async () => {
  expect(
    await create('{name: a, ownerReferences: [{apiVersion: a/b/c, kind: X, name: x, uid: y}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.ownerReferences.apiVersion | FieldValueInvalid | Invalid value: "a/b/c": version must not be empty"
  `)
})
test('one owner is the controller', async () => {
  expect(
    await create(
      '{name: a, ownerReferences: [{apiVersion: v1, kind: A, name: x, uid: y, controller: true}, {apiVersion: v1, kind: B, name: z, uid: w, controller: true}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.ownerReferences | FieldValueInvalid | Invalid value: [{"apiVersion":"v1","kind":"A","name":"x","uid":"y","controller":true},{"apiVersion":"v1","kind":"B","name":"z","uid":"w","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for A/x and B/z"
  `)
})
test('finalizers are qualified names', async () => {
  expect(await create('{name: a, finalizers: [a b]}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.finalizers | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    metadata.finalizers[0] | FieldValueInvalid | Invalid value: "a b": name is neither a standard finalizer name nor is it fully qualified"
  `)
})
test('finalizers that are not of Kubernetes have a domain', async () => {
  expect(await create('{name: a, finalizers: [abc]}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.finalizers[0] | FieldValueInvalid | Invalid value: "abc": name is neither a standard finalizer name nor is it fully qualified"
  `)
})
test('two finalizers of the garbage collector contradict each other', async () => {
  expect(await create('{name: a, finalizers: [orphan, foregroundDeletion]}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap a
    metadata.finalizers | FieldValueInvalid | Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set"
  `)
})
test('several faults are told at once', async () => {
  expect(
    await create(
      '{name: A, labels: {a: "-"}, annotations: {"a b": x}, finalizers: [c d], ownerReferences: [{}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap A
    metadata.name | FieldValueInvalid | Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
    metadata.labels | FieldValueInvalid | Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
    metadata.annotations | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    metadata.ownerReferences.apiVersion | FieldValueInvalid | Invalid value: "": version must not be empty
    metadata.ownerReferences.kind | FieldValueInvalid | Invalid value: "": must not be empty
    metadata.ownerReferences.name | FieldValueInvalid | Invalid value: "": must not be empty
    metadata.ownerReferences.uid | FieldValueInvalid | Invalid value: "": must not be empty
    metadata.finalizers | FieldValueInvalid | Invalid value: "c d": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    metadata.finalizers[0] | FieldValueInvalid | Invalid value: "c d": name is neither a standard finalizer name nor is it fully qualified"
  `)
})
test('a name stays', async () => {
  expect(await changing(maps, '{}', '{metadata: {name: other}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    the name of the object (other) does not match the name on the URL (one)"
  `)
})
test('a uid stays', async () => {
  expect(await changing(maps, '{}', '{metadata: {uid: other}}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    metadata.uid | FieldValueInvalid | Invalid value: "other": field is immutable
    metadata.uid | FieldValueInvalid | Invalid value: "other": field is immutable"
  `)
})
test('a namespace stays', async () => {
  expect(await changing(maps, '{}', '{metadata: {namespace: other}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    the namespace of the provided object does not match the namespace sent on the request"
  `)
})
test('a resourceVersion of long ago is a conflict', async () => {
  expect(await changing(maps, '{}', '{metadata: {resourceVersion: "1"}}')).toMatchInlineSnapshot(`
    "409 Conflict configmaps one
    Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again"
  `)
})
test('a resourceVersion is not said at creation', async () => {
  expect(await create('{name: a, resourceVersion: "1"}')).toMatchInlineSnapshot(`"201"`)
})
test('creationTimestamp and uid of the client are not taken', async () => {
  const made = await api.post(
    maps,
    yaml(
      '{metadata: {name: times, uid: abc, creationTimestamp: "2001-01-01T00:00:00Z", deletionTimestamp: "2001-01-01T00:00:00Z", selfLink: /x}}',
    ),
  )
  expect(made.body.metadata.uid).toHaveLength(36)
  expect(made.body.metadata.creationTimestamp).not.toMatch(/^2001/)
  expect(made.body.metadata).not.toHaveProperty('deletionTimestamp')
})
test('a time is a time', async () => {
  expect(await create('{name: a, creationTimestamp: yesterday}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: parsing time "yesterday" as "TIME07:00": cannot parse "yesterday" as "2006""
  `)
})
test('managedFields are checked', async () => {
  expect(await create('{name: a, managedFields: [{operation: Other}]}')).toMatchInlineSnapshot(`"201"`)
})
