/** What ConfigMaps and Secrets are refused for. */
import { expect, test } from 'vitest'
import { api, namespace, yaml } from '../../cluster.ts'
import { byName, refusal } from '../../shown.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
const maps = `/api/v1/namespaces/${ns}/configmaps`
const secrets = `/api/v1/namespaces/${ns}/secrets`

test('a key of a ConfigMap is a file name', async () => {
  expect(
    byName(await creating(maps, '{data: {"a b": x, "..": y, ".": z, "..a": w}}')),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    data[..] | FieldValueInvalid | Invalid value: "..": must not be '..'
    data[..a] | FieldValueInvalid | Invalid value: "..a": must not start with '..'
    data[.] | FieldValueInvalid | Invalid value: ".": must not be '.'
    data[a b] | FieldValueInvalid | Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  `)
})
test('a key is not both text and bytes', async () => {
  expect(await creating(maps, '{data: {a: x}, binaryData: {a: eA==}}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    data[a] | FieldValueInvalid | Invalid value: "a": duplicate of key present in binaryData"
  `)
})
test('a key is not too long', async () => {
  const key = 'a'.repeat(254)
  expect((await creating(maps, `{data: {${key}: x}}`)).replaceAll(key, 'KEY')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    data[KEY] | FieldValueInvalid | Invalid value: "KEY": must be no more than 253 characters"
  `)
})
test('a ConfigMap holds a mebibyte', async () => {
  expect(await creating(maps, `{data: {a: ${'x'.repeat(1024 * 1024 + 1)}}}`)).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    [] | FieldValueTooLong | Too long: may not be more than 1048576 bytes"
  `)
})
test('a value of a ConfigMap is text', async () => {
  expect(await creating(maps, '{data: {a: 1}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string"
  `)
})
test('bytes are base64', async () => {
  expect(await creating(maps, '{binaryData: {a: "?"}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0"
  `)
  expect(await creating(secrets, '{data: {a: "abc"}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0"
  `)
})
test('an immutable ConfigMap keeps its data', async () => {
  expect(await changing(maps, '{data: {a: x}, immutable: true}', '{data: {a: y}}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    data | FieldValueForbidden | Forbidden: field is immutable when \`immutable\` is set"
  `)
})
test('an immutable ConfigMap stays so', async () => {
  expect(await changing(maps, '{data: {a: x}, immutable: true}', '{immutable: null}')).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    immutable | FieldValueForbidden | Forbidden: field is immutable when \`immutable\` is set"
  `)
})
test('an immutable ConfigMap may get labels', async () => {
  expect(await changing(maps, '{data: {a: x}, immutable: true}', '{metadata: {labels: {a: b}}}')).toBe('200')
})
test('an immutable ConfigMap keeps its bytes', async () => {
  expect(
    await changing(
      maps,
      '{data: {a: x}, immutable: true}',
      '{immutable: false, data: {b: y}, binaryData: {c: eA==}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ConfigMap one
    immutable | FieldValueForbidden | Forbidden: field is immutable when \`immutable\` is set
    data | FieldValueForbidden | Forbidden: field is immutable when \`immutable\` is set
    binaryData | FieldValueForbidden | Forbidden: field is immutable when \`immutable\` is set"
  `)
})
test('an immutable Secret keeps its data', async () => {
  expect(
    await changing(secrets, '{data: {a: eA==}, immutable: true}', '{stringData: {a: y}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data | FieldValueForbidden | Forbidden: field is immutable when \`immutable\` is set"
  `)
})
test('the type of a Secret stays', async () => {
  expect(await changing(secrets, '{type: a/b}', '{type: c/d}')).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    type | FieldValueInvalid | Invalid value: "c/d": field is immutable"
  `)
})
test('a Secret of basic auth has a user or a password', async () => {
  expect(await creating(secrets, '{type: kubernetes.io/basic-auth}')).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data[username] | FieldValueRequired | Required value
    data[password] | FieldValueRequired | Required value"
  `)
})
test('a Secret of ssh auth has a key', async () => {
  expect(await creating(secrets, '{type: kubernetes.io/ssh-auth}')).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data[ssh-privatekey] | FieldValueRequired | Required value"
  `)
})
test('a Secret of TLS has both parts', async () => {
  expect(await creating(secrets, '{type: kubernetes.io/tls}')).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data[tls.crt] | FieldValueRequired | Required value
    data[tls.key] | FieldValueRequired | Required value"
  `)
})
test('a Secret of a registry has a parsable file', async () => {
  expect(await creating(secrets, '{type: kubernetes.io/dockerconfigjson}')).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data[.dockerconfigjson] | FieldValueRequired | Required value"
  `)
  expect(
    await creating(secrets, '{type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: "{"}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data[.dockerconfigjson] | FieldValueInvalid | Invalid value: "<secret contents redacted>": unexpected end of JSON input"
  `)
})
test('a Secret of a service account names the account', async () => {
  expect(await creating(secrets, '{type: kubernetes.io/service-account-token}')).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    metadata.annotations[kubernetes.io/service-account.name] | FieldValueRequired | Required value"
  `)
})
test('a Secret holds a mebibyte', async () => {
  expect(await creating(secrets, `{stringData: {a: ${'x'.repeat(1024 * 1024 + 1)}}}`)).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data | FieldValueTooLong | Too long: may not be more than 1048576 bytes"
  `)
})
test('keys of a Secret are file names, those of stringData too', async () => {
  expect(
    byName(await creating(secrets, '{data: {"a/b": eA==}, stringData: {"c/d": x}}')),
  ).toMatchInlineSnapshot(`
    "422 Invalid Secret one
    data[a/b] | FieldValueInvalid | Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
    data[c/d] | FieldValueInvalid | Invalid value: "c/d": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  `)
})
test('stringData wins over data and is not shown', async () => {
  const made = await api.post(
    secrets,
    yaml('{metadata: {name: two}, data: {a: eA==}, stringData: {a: y, b: z}}'),
  )
  expect(made.body).toMatchObject({ data: { a: 'eQ==', b: 'eg==' }, type: 'Opaque' })
  expect(made.body).not.toHaveProperty('stringData')
})
test('there is a secret of the name', async () => {
  const object = { metadata: { name: 'twice' } }
  expect((await api.post(secrets, object)).code).toBe(201)
  expect(refusal(await api.post(secrets, object))).toMatchInlineSnapshot(`
    "409 AlreadyExists secrets twice
    secrets "twice" already exists"
  `)
})
