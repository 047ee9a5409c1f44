/** What ports, environment, mounts and probes of a container are refused for. */
import { expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { byName } from '../../shown.ts'
import { creating } from './refused.ts'

const path = `/api/v1/namespaces/${await namespace()}/pods`
const create = (spec: string) => creating(path, `{spec: ${spec}}`)
const container = (fields: string) => create(`{containers: [{name: a, image: b, ${fields}}]}`)

test('a port has a number', async () => {
  expect(await container('ports: [{}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].ports[0].containerPort | FieldValueRequired | Required value"
  `)
  expect(await container('ports: [{containerPort: 70000}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].ports[0].containerPort | FieldValueInvalid | Invalid value: 70000: must be between 1 and 65535, inclusive"
  `)
})
test('names of ports are unique and short', async () => {
  expect(
    await container('ports: [{containerPort: 1, name: x}, {containerPort: 2, name: x}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].ports[1].name | FieldValueDuplicate | Duplicate value: "x""
  `)
  expect(await container('ports: [{containerPort: 1, name: far-too-long-a-name}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].ports[0].name | FieldValueInvalid | Invalid value: "far-too-long-a-name": must be no more than 15 characters"
  `)
})
test('a protocol is one of three', async () => {
  expect(await container('ports: [{containerPort: 1, protocol: Other}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].ports[0].protocol | FieldValueNotSupported | Unsupported value: "Other": supported values: "SCTP", "TCP", "UDP""
  `)
})
test('a host port is taken once', async () => {
  expect(
    await container('ports: [{containerPort: 1, hostPort: 5}, {containerPort: 2, hostPort: 5}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].ports[1].hostPort | FieldValueDuplicate | Duplicate value: "TCP//5""
  `)
})
test('an environment variable has a name', async () => {
  expect(await container('env: [{value: x}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].name | FieldValueRequired | Required value"
  `)
  expect(await container('env: [{name: "a=b", value: x}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].name | FieldValueInvalid | Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='"
  `)
})
test('an environment variable has a value or a source', async () => {
  expect(
    await container('env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom | FieldValueInvalid | Invalid value: "": may not be specified when \`value\` is not empty"
  `)
  expect(await container('env: [{name: A, valueFrom: {}}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom | FieldValueInvalid | Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\`"
  `)
  expect(
    await container(
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}, secretKeyRef: {name: a, key: b}}}]',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom | FieldValueInvalid | Invalid value: "": may not have more than one field specified at a time"
  `)
})
test('a field that an environment variable can show', async () => {
  expect(
    await container('env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.other}}}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom.fieldRef.fieldPath | FieldValueInvalid | Invalid value: "spec.other": error converting fieldPath: field label not supported: spec.other"
  `)
  expect(
    await container('env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.phase}}}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom.fieldRef.fieldPath | FieldValueNotSupported | Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs""
  `)
})
test('a key of a source of an environment variable', async () => {
  expect(await container('env: [{name: A, valueFrom: {secretKeyRef: {name: a}}}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom.secretKeyRef.key | FieldValueRequired | Required value"
  `)
  expect(
    await container('env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: "a b"}}}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom.configMapKeyRef.key | FieldValueInvalid | Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  `)
})
test('a resource that an environment variable can show', async () => {
  expect(
    await container('env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.gold}}}]'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].env[0].valueFrom.resourceFieldRef.resource | FieldValueNotSupported | Unsupported value: "limits.gold": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory""
  `)
})
test('envFrom names what it takes', async () => {
  expect(await container('envFrom: [{}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].envFrom | FieldValueInvalid | Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\`"
  `)
  expect(await container('envFrom: [{configMapRef: {name: A_}}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].envFrom[0].configMapRef.name | FieldValueInvalid | Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  `)
})
test('a mount is of a volume of the pod', async () => {
  expect(await container('volumeMounts: [{name: x, mountPath: /x}]')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].volumeMounts[0].name | FieldValueNotFound | Not found: "x""
  `)
})
test('a mount has a path, and each its own', async () => {
  expect(
    await create(
      '{containers: [{name: a, image: b, volumeMounts: [{name: v}, {name: v, mountPath: /x}, {name: v, mountPath: /x}]}], volumes: [{name: v}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].volumeMounts[0].mountPath | FieldValueRequired | Required value
    spec.containers[0].volumeMounts[2].mountPath | FieldValueInvalid | Invalid value: "/x": must be unique"
  `)
})
test('a path below a volume stays in it', async () => {
  expect(
    await create(
      '{containers: [{name: a, image: b, volumeMounts: [{name: v, mountPath: /x, subPath: ../y}]}], volumes: [{name: v}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].volumeMounts.subPath | FieldValueInvalid | Invalid value: "../y": must not contain '..'"
  `)
})
test('a probe has one handler', async () => {
  expect(await container('livenessProbe: {}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].livenessProbe | FieldValueRequired | Required value: must specify a handler type"
  `)
  expect(
    await container('readinessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].readinessProbe.tcpSocket | FieldValueForbidden | Forbidden: may not specify more than 1 handler type"
  `)
})
test('numbers of a probe', async () => {
  expect(
    await container(
      'livenessProbe: {exec: {command: [a]}, successThreshold: 2, timeoutSeconds: -1, periodSeconds: -1, initialDelaySeconds: -1, failureThreshold: -1}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].livenessProbe.initialDelaySeconds | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0
    spec.containers[0].livenessProbe.timeoutSeconds | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0
    spec.containers[0].livenessProbe.periodSeconds | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0
    spec.containers[0].livenessProbe.failureThreshold | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0
    spec.containers[0].livenessProbe.successThreshold | FieldValueInvalid | Invalid value: 2: must be 1"
  `)
})
test('a probe by command has a command', async () => {
  expect(await container('livenessProbe: {exec: {}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].livenessProbe.exec.command | FieldValueRequired | Required value"
  `)
})
test('a probe by HTTP has a port and a scheme', async () => {
  expect(await container('livenessProbe: {httpGet: {path: /, scheme: FTP}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].livenessProbe.httpGet.port | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive
    spec.containers[0].livenessProbe.httpGet.scheme | FieldValueNotSupported | Unsupported value: "FTP": supported values: "HTTP", "HTTPS""
  `)
  expect(await container('livenessProbe: {tcpSocket: {port: 0}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].livenessProbe.tcpSocket.port | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive"
  `)
  expect(await container('livenessProbe: {tcpSocket: {port: not_a_name}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].livenessProbe.tcpSocket.port | FieldValueInvalid | Invalid value: "not_a_name": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
  `)
})
test('a hook has one handler', async () => {
  expect(await container('lifecycle: {preStop: {}}')).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].lifecycle.preStop | FieldValueRequired | Required value: must specify a handler type"
  `)
})
test('a request is not more than the limit', async () => {
  expect(
    byName(
      await container('resources: {requests: {cpu: "2", memory: 2Gi}, limits: {cpu: "1", memory: 1Gi}}'),
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Pod one
    spec.containers[0].resources.requests | FieldValueInvalid | Invalid value: "2": must be less than or equal to cpu limit of 1
    spec.containers[0].resources.requests | FieldValueInvalid | Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi"
  `)
})
