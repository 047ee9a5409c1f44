/** Values of the wrong type, unknown fields and times: what cannot be read, and how that is said. */
import { expect, test } from 'vitest'
import { api, namespace, yaml } from '../../cluster.ts'
import { refusal } from '../../shown.ts'

const ns = await namespace()
const sets = `/apis/apps/v1/namespaces/${ns}/statefulsets`
const pods = `/api/v1/namespaces/${ns}/pods`
const leases = `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`
const asking = async (path: string, object: string, query = 'dryRun=All') =>
  refusal(await api.post(`${path}?${query}`, { metadata: { name: 'one' }, ...yaml(object) }))
const pod = (container: string, rest = '') =>
  `{spec: {containers: [{name: a, image: b, ${container}}], ${rest}}}`

test.each([
  ['{spec: {replicas: three}}', 'string into Go struct field StatefulSetSpec.spec.replicas of type int32'],
  ['{spec: x}', 'string into Go struct field StatefulSet.spec of type v1.StatefulSetSpec'],
  [
    '{spec: {template: {spec: {containers: x}}}}',
    'string into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
  ],
  [
    '{spec: {template: {spec: {containers: [x]}}}}',
    'string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container',
  ],
  [
    '{spec: {template: {spec: {containers: [{image: 1}]}}}}',
    'number into Go struct field Container.spec.template.spec.containers.image of type string',
  ],
  [
    '{spec: {template: {spec: {nodeSelector: {a: 1}}}}}',
    'number into Go struct field PodSpec.spec.template.spec.nodeSelector of type string',
  ],
  [
    '{spec: {template: {spec: {containers: [{command: a}]}}}}',
    'string into Go struct field Container.spec.template.spec.containers.command of type []string',
  ],
  [
    '{spec: {template: {spec: {hostNetwork: "yes"}}}}',
    'string into Go struct field PodSpec.spec.template.spec.hostNetwork of type bool',
  ],
  [
    '{spec: {template: {spec: {containers: [{stdin: 1}]}}}}',
    'number into Go struct field Container.spec.template.spec.containers.stdin of type bool',
  ],
  ['{spec: {replicas: 1.5}}', 'number 1.5 into Go struct field StatefulSetSpec.spec.replicas of type int32'],
  [
    '{spec: {replicas: 3000000000}}',
    'number 3000000000 into Go struct field StatefulSetSpec.spec.replicas of type int32',
  ],
])('%s', async (object, said) => {
  expect(await asking(sets, object)).toBe(
    `400 BadRequest\nStatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal ${said}`,
  )
})
test('a quantity is one', async () => {
  expect(await asking(pods, pod('resources: {requests: {cpu: 1x}}'))).toMatchInlineSnapshot(`
    "400 BadRequest
    Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  `)
  expect(await asking(pods, pod('resources: {requests: {cpu: ""}}'))).toMatchInlineSnapshot(`
    "400 BadRequest
    Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  `)
})
test('a quantity gets its canonical form', async () => {
  const made = await api.post(`${pods}?dryRun=All`, {
    metadata: { name: 'q' },
    ...yaml(
      pod(
        'resources: {requests: {cpu: 0.5, memory: 1024Mi, ephemeral-storage: 1e3}, limits: {cpu: 2000m, memory: "1073741824000m"}}',
      ),
    ),
  })
  expect(made.body.spec.containers[0].resources).toMatchInlineSnapshot(`
    {
      "limits": {
        "cpu": "2",
        "memory": "1073741824",
      },
      "requests": {
        "cpu": "500m",
        "ephemeral-storage": "1k",
        "memory": "1Gi",
      },
    }
  `)
})
test.each([
  ['yesterday'],
  ['2026-13-01T00:00:00Z'],
  ['2026-01-01'],
  ['2026-01-01T00:00:00'],
  ['2026-01-01 00:00:00Z'],
  ['2026-01-01T25:00:00Z'],
  ['2026-01-01T00:00:00.000000Zx'],
])('the time %s', async (time) => {
  expect((await asking(leases, `{spec: {renewTime: "${time}"}}`)).replaceAll(time, 'IT')).toMatchSnapshot()
})
test('a time is stored in UTC', async () => {
  const made = await api.post(
    `${leases}?dryRun=All`,
    yaml('{metadata: {name: t}, spec: {renewTime: "2026-01-01T02:03:04.123456+02:00"}}'),
  )
  expect(made.body.spec.renewTime).toBe('2026-01-01T00:03:04.123456Z')
})
test('unknown and repeated fields are told of by warnings', async () => {
  const warned = await api.post(`${pods}?dryRun=All`, {
    metadata: { name: 'w' },
    ...yaml(pod('imag: x', 'other: {a: b}')),
  })
  expect(warned.code).toBe(201)
  expect(warned.headers['warning']).toMatchInlineSnapshot(
    `"299 - "unknown field \\"spec.containers[0].imag\\"", 299 - "unknown field \\"spec.other\\"""`,
  )
})
test('fieldValidation=Strict refuses unknown fields', async () => {
  expect(
    await asking(pods, pod('imag: x', 'other: {a: b}'), 'dryRun=All&fieldValidation=Strict'),
  ).toMatchInlineSnapshot(`
    "400 BadRequest
    Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imag", unknown field "spec.other""
  `)
})
test('fieldValidation=Ignore is silent', async () => {
  const made = await api.post(`${pods}?dryRun=All&fieldValidation=Ignore`, {
    metadata: { name: 'w' },
    ...yaml(pod('imag: x')),
  })
  expect(made.code).toBe(201)
  expect(made.headers['warning']).toBeUndefined()
})
test('fieldValidation is one of three', async () => {
  expect(await asking(pods, pod(''), 'fieldValidation=Maybe')).toMatchInlineSnapshot(`
    "422 Invalid CreateOptions.meta.k8s.io
    fieldValidation | FieldValueNotSupported | Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn""
  `)
})
test('a body of a type that the server does not read', async () => {
  expect(
    refusal(await api.post(`/api/v1/namespaces/${ns}/configmaps`, 'x', { contentType: 'text/plain' })),
  ).toMatchInlineSnapshot(`
    "415 UnsupportedMediaType
    the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf"
  `)
})
