/** What a Pod's wishes about its node are refused for. */
import { expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { creating } from './refused.ts'

const path = `/api/v1/namespaces/${await namespace()}/pods`
const create = (spec: string) => creating(path, `{spec: ${spec}}`)

test('a toleration', async () => {
  const tolerations = (text: string) => create(`{containers: [{name: a, image: b}], tolerations: [${text}]}`)
  expect(await tolerations('{operator: Exists, key: a, value: b}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.tolerations[0].operator | FieldValueInvalid | Invalid value: "b": value must be empty when \`operator\` is 'Exists'"
  `)
  expect(await tolerations('{operator: Equal}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.tolerations[0].operator | FieldValueInvalid | Invalid value: "Equal": operator must be Exists when \`key\` is empty, which means "match all values and all keys""
  `)
  expect(await tolerations('{operator: Other, key: a}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.tolerations[0].operator | FieldValueNotSupported | Unsupported value: "Other": supported values: "Equal", "Exists""
  `)
  expect(await tolerations('{key: a, effect: Other, operator: Exists}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.tolerations[0].effect | FieldValueNotSupported | Unsupported value: "Other": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute""
  `)
  expect(
    await tolerations('{key: a, effect: NoSchedule, operator: Exists, tolerationSeconds: 5}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.tolerations[0].effect | FieldValueInvalid | Invalid value: "NoSchedule": effect must be 'NoExecute' when \`tolerationSeconds\` is set"
  `)
})
test('a node selector is made of labels', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], nodeSelector: {"a b": c}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.nodeSelector | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})
test('affinity to nodes', async () => {
  const affinity = (text: string) =>
    create(`{containers: [{name: a, image: b}], affinity: {nodeAffinity: {${text}}}}`)
  expect(
    await affinity('requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms | FieldValueRequired | Required value: must have at least one node selector term"
  `)
  expect(
    await affinity(
      'requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}]}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values | FieldValueRequired | Required value: must be specified when \`operator\` is 'In' or 'NotIn'"
  `)
  expect(
    await affinity('preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, preference: {}}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight | FieldValueInvalid | Invalid value: 0: must be in the range 1-100"
  `)
})
test('affinity to pods has a topology', async () => {
  expect(
    await create(
      '{containers: [{name: a, image: b}], affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {}}]}}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey | FieldValueRequired | Required value: can not be empty
    spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey | FieldValueInvalid | Invalid value: "": name part must be non-empty
    spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey | FieldValueInvalid | Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})
test('a spread constraint', async () => {
  expect(
    await create(
      '{containers: [{name: a, image: b}], topologySpreadConstraints: [{maxSkew: 0, topologyKey: "", whenUnsatisfiable: Other}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.topologySpreadConstraints[0].maxSkew | FieldValueInvalid | Invalid value: 0: must be greater than zero
    spec.topologySpreadConstraints[0].topologyKey | FieldValueRequired | Required value: can not be empty
    spec.topologySpreadConstraints[0].whenUnsatisfiable | FieldValueNotSupported | Unsupported value: "Other": supported values: "DoNotSchedule", "ScheduleAnyway""
  `)
})
