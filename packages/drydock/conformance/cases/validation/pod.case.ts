/** What a Pod is refused for. */
import { expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { changing, creating } from './refused.ts'

const path = `/api/v1/namespaces/${await namespace()}/pods`
const create = (spec: string) => creating(path, `{spec: ${spec}}`)
const container = (fields: string) => create(`{containers: [{name: a, image: b, ${fields}}]}`)
const plainPod = '{spec: {containers: [{name: a, image: b}]}}'

test('containers are needed', async () => {
  expect(await creating(path, '{}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers | FieldValueRequired | Required value"
  `)
  expect(await create('{containers: []}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers | FieldValueRequired | Required value"
  `)
})
test('a container has name and image', async () => {
  expect(await create('{containers: [{}]}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].name | FieldValueRequired | Required value
    spec.containers[0].image | FieldValueRequired | Required value"
  `)
})
test('a name of a container is a DNS label', async () => {
  expect(await create('{containers: [{name: A_b, image: x}]}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].name | FieldValueInvalid | Invalid value: "A_b": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  `)
})
test('an image has no spaces around', async () => {
  expect(await create('{containers: [{name: a, image: " x"}]}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].image | FieldValueInvalid | Invalid value: " x": must not have leading or trailing whitespace"
  `)
})
test('names of containers are unique, those of init containers too', async () => {
  expect(
    await create(
      '{containers: [{name: a, image: x}, {name: a, image: y}], initContainers: [{name: a, image: z}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[1].name | FieldValueDuplicate | Duplicate value: "a"
    spec.initContainers[0].name | FieldValueDuplicate | Duplicate value: "a""
  `)
})
test('a pull policy is one of three', async () => {
  expect(await container('imagePullPolicy: Sometimes')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].imagePullPolicy | FieldValueNotSupported | Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never""
  `)
})
test('a restart policy is one of three', async () => {
  expect(await create('{containers: [{name: a, image: b}], restartPolicy: Maybe}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.restartPolicy | FieldValueNotSupported | Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never""
  `)
})
test('a DNS policy is one of four', async () => {
  expect(await create('{containers: [{name: a, image: b}], dnsPolicy: Maybe}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.dnsPolicy | FieldValueNotSupported | Unsupported value: "Maybe": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None""
  `)
})
test('a DNS policy of None needs a server', async () => {
  expect(await create('{containers: [{name: a, image: b}], dnsPolicy: None}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.dnsConfig | FieldValueRequired | Required value: must provide \`dnsConfig\` when \`dnsPolicy\` is None"
  `)
})
test('amounts are not negative', async () => {
  expect(await container('resources: {requests: {cpu: "-1"}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].resources.requests[cpu] | FieldValueInvalid | Invalid value: "-1": must be greater than or equal to 0"
  `)
})
test('amounts are quantities', async () => {
  expect(await container('resources: {requests: {cpu: much}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  `)
})
test('a resource has a known name', async () => {
  expect(await container('resources: {requests: {gold: "1"}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].resources.requests[gold] | FieldValueInvalid | Invalid value: "gold": must be a standard resource type or fully qualified
    spec.containers[0].resources.requests[gold] | FieldValueInvalid | Invalid value: "gold": must be a standard resource for containers"
  `)
})
test('a resource of somebody else is whole and limited', async () => {
  expect(await container('resources: {requests: {example.com/gpu: "1"}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].resources.limits | FieldValueRequired | Required value: Limit must be set for non overcommitable resources"
  `)
  expect(await container('resources: {limits: {example.com/gpu: 500m}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].resources.limits[example.com/gpu] | FieldValueInvalid | Invalid value: "500m": must be an integer
    spec.containers[0].resources.requests[example.com/gpu] | FieldValueInvalid | Invalid value: "500m": must be an integer"
  `)
})
test('host name and subdomain are DNS labels', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], hostname: a.b, subdomain: A}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.hostname | FieldValueInvalid | Invalid value: "a.b": must not contain dots
    spec.subdomain | FieldValueInvalid | Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  `)
})
test('a grace period is not negative', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], terminationGracePeriodSeconds: -1}'),
  ).toMatchInlineSnapshot(`"201"`)
})
test('a deadline is positive', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], activeDeadlineSeconds: 0}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.activeDeadlineSeconds | FieldValueInvalid | Invalid value: 0: must be between 1 and 2147483647, inclusive"
  `)
})
test('an account is a DNS name', async () => {
  expect(await create('{containers: [{name: a, image: b}], serviceAccountName: A_}')).toMatchInlineSnapshot(`
    "403 Forbidden pods one
    pods "one" is forbidden: error looking up service account case/A_: serviceaccount "A_" not found"
  `)
})
test('an account is there', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], serviceAccountName: nobody}'),
  ).toMatchInlineSnapshot(`
    "403 Forbidden pods one
    pods "one" is forbidden: error looking up service account case/nobody: serviceaccount "nobody" not found"
  `)
})
test('a priority class is there', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], priorityClassName: nothing}'),
  ).toMatchInlineSnapshot(`
    "403 Forbidden pods one
    pods "one" is forbidden: no PriorityClass with name nothing was found"
  `)
})
test('a priority is given by a class alone', async () => {
  expect(await create('{containers: [{name: a, image: b}], priority: 5}')).toMatchInlineSnapshot(`
    "403 Forbidden pods one
    pods "one" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name"
  `)
})
test('a user is a number that is not negative', async () => {
  expect(await container('securityContext: {runAsUser: -1}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].securityContext.runAsUser | FieldValueInvalid | Invalid value: -1: must be between 0 and 2147483647, inclusive"
  `)
})
test('a node that is not there can be named', async () => {
  expect(await create('{containers: [{name: a, image: b}], nodeName: nowhere}')).toBe('201')
})
test('an alias of a host is an address', async () => {
  expect(
    await create('{containers: [{name: a, image: b}], hostAliases: [{ip: x, hostnames: [A_]}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.hostAliases[0].ip | FieldValueInvalid | Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
    spec.hostAliases[0].hostnames[0] | FieldValueInvalid | Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  `)
})
test('a gate has a name', async () => {
  expect(
    await create(
      '{containers: [{name: a, image: b}], schedulingGates: [{name: ""}], readinessGates: [{conditionType: "a b"}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.readinessGates[0].conditionType | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    spec.schedulingGates[0] | FieldValueInvalid | Invalid value: "": name part must be non-empty
    spec.schedulingGates[0] | FieldValueInvalid | Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})
test('several faults are told at once', async () => {
  expect(
    await create(
      '{containers: [{name: A, imagePullPolicy: x, ports: [{}], volumeMounts: [{}], livenessProbe: {}}], volumes: [{name: B}], restartPolicy: x, dnsPolicy: y}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.volumes[0].name | FieldValueInvalid | Invalid value: "B": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
    spec.containers[0].name | FieldValueInvalid | Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
    spec.containers[0].image | FieldValueRequired | Required value
    spec.containers[0].ports[0].containerPort | FieldValueRequired | Required value
    spec.containers[0].volumeMounts[0].name | FieldValueRequired | Required value
    spec.containers[0].volumeMounts[0].name | FieldValueNotFound | Not found: ""
    spec.containers[0].volumeMounts[0].mountPath | FieldValueRequired | Required value
    spec.containers[0].imagePullPolicy | FieldValueNotSupported | Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"
    spec.containers[0].livenessProbe | FieldValueRequired | Required value: must specify a handler type
    spec.restartPolicy | FieldValueNotSupported | Unsupported value: "x": supported values: "Always", "OnFailure", "Never"
    spec.dnsPolicy | FieldValueNotSupported | Unsupported value: "y": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None""
  `)
})
test('an image can be changed, a command cannot', async () => {
  expect(await changing(path, plainPod, '{spec: {containers: [{name: a, image: c}]}}')).toBe('200')
  expect(
    (await changing(path, plainPod, '{spec: {containers: [{name: a, image: b, command: [x]}]}}')).split(
      '\n@@',
    )[0],
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec | FieldValueForbidden | Forbidden: pod updates may not change fields other than \`spec.containers[*].image\`,\`spec.initContainers[*].image\`,\`spec.activeDeadlineSeconds\`,\`spec.tolerations\` (only additions to existing tolerations),\`spec.terminationGracePeriodSeconds\` (allow it to be set to 1 if it was previously negative)"
  `)
})
test('containers cannot be added', async () => {
  expect(
    await changing(path, plainPod, '{spec: {containers: [{name: a, image: b}, {name: c, image: d}]}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers | FieldValueForbidden | Forbidden: pod updates may not add or remove containers"
  `)
})
test('a deadline can be shortened', async () => {
  expect(await changing(path, plainPod, '{spec: {activeDeadlineSeconds: 50}}')).toBe('200')
  const limited = '{spec: {activeDeadlineSeconds: 50, containers: [{name: a, image: b}]}}'
  expect(await changing(path, limited, '{spec: {activeDeadlineSeconds: 40}}')).toBe('200')
  expect(await changing(path, limited, '{spec: {activeDeadlineSeconds: 60}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.activeDeadlineSeconds | FieldValueInvalid | Invalid value: 60: must be less than or equal to previous value"
  `)
  expect(await changing(path, limited, '{spec: {activeDeadlineSeconds: null}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.activeDeadlineSeconds | FieldValueInvalid | Invalid value: null: must not update from a positive integer to nil value"
  `)
})
test('tolerations can be added, not taken away', async () => {
  const tolerant = '{spec: {containers: [{name: a, image: b}], tolerations: [{key: x, operator: Exists}]}}'
  expect(await changing(path, tolerant, '{spec: {tolerations: []}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.tolerations | FieldValueForbidden | Forbidden: existing toleration can not be modified except its tolerationSeconds"
  `)
})
