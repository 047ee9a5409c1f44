/** What volumes of a Pod are refused for. */
import { expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { creating } from './refused.ts'

const path = `/api/v1/namespaces/${await namespace()}/pods`
const create = (spec: string) => creating(path, `{spec: ${spec}}`)
const withVolume = (volume: string) => create(`{containers: [{name: a, image: b}], volumes: [${volume}]}`)

test('a volume has a name, its own', async () => {
  expect(await withVolume('{emptyDir: {}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].name | FieldValueRequired | Required value"
  `)
  expect(await withVolume('{name: A_}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].name | FieldValueInvalid | Invalid value: "A_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  `)
  expect(await withVolume('{name: a}, {name: a}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[1].name | FieldValueDuplicate | Duplicate value: "a""
  `)
})
test('a volume has one source', async () => {
  expect(await withVolume('{name: a, emptyDir: {}, secret: {secretName: x}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].secret | FieldValueForbidden | Forbidden: may not specify more than 1 volume type"
  `)
})
test.each([
  ['secret: {}', 'spec.volumes[0].secret.secretName'],
  ['configMap: {}', 'spec.volumes[0].configMap.name'],
  ['persistentVolumeClaim: {claimName: ""}', 'spec.volumes[0].persistentVolumeClaim.claimName'],
  ['hostPath: {path: ""}', 'spec.volumes[0].hostPath.path'],
])('a volume of %s misses %s', async (source, field) => {
  expect(await withVolume(`{name: a, ${source}}`)).toBe(
    `422 Invalid Pod one\n${field} | FieldValueRequired | Required value`,
  )
})
test('a mode of a file is between 0 and 0777', async () => {
  expect(await withVolume('{name: a, secret: {secretName: x, defaultMode: 1000}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].secret.defaultMode | FieldValueInvalid | Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive"
  `)
})
test('an item of a volume has key and path', async () => {
  expect(await withVolume('{name: a, configMap: {name: x, items: [{}]}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].configMap.items[0].key | FieldValueRequired | Required value
    spec.volumes[0].configMap.items[0].path | FieldValueRequired | Required value"
  `)
  expect(
    await withVolume('{name: a, configMap: {name: x, items: [{key: k, path: ../x}]}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].configMap.items[0].path | FieldValueInvalid | Invalid value: "../x": must not contain '..'"
  `)
})
test('a size of an emptyDir is not negative', async () => {
  expect(await withVolume('{name: a, emptyDir: {sizeLimit: "-1"}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].emptyDir.sizeLimit | FieldValueForbidden | Forbidden: SizeLimit field must be a valid resource quantity"
  `)
})
