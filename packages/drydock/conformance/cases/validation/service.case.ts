/** What a Service is refused for, and how that is said. */
import { afterAll, expect, test } from 'vitest'
import { api, namespace, unique, yaml } from '../../cluster.ts'
import { refusal } from '../../shown.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
afterAll(() => api.delete(`/api/v1/namespaces/${ns}/services`))
const path = `/api/v1/namespaces/${ns}/services`
const create = (spec: string, name = 's') => creating(path, `{metadata: {name: ${name}}, spec: ${spec}}`)
const change = (spec: string, patch: string) => changing(path, `{spec: ${spec}}`, `{spec: ${patch}}`)

test('a port has to be said', async () => {
  expect(await create('{}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports | FieldValueRequired | Required value"
  `)
})
test('several ports need names', async () => {
  expect(await create('{ports: [{port: 80}, {port: 81}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].name | FieldValueRequired | Required value
    spec.ports[1].name | FieldValueRequired | Required value"
  `)
})
test('names of ports are unique', async () => {
  expect(await create('{ports: [{name: a, port: 80}, {name: a, port: 81}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[1].name | FieldValueDuplicate | Duplicate value: "a""
  `)
})
test('number and protocol of ports are unique', async () => {
  expect(await create('{ports: [{name: a, port: 80}, {name: b, port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[1] | FieldValueDuplicate | Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}"
  `)
})
test('the same number for another protocol is another port', async () => {
  expect(await create('{ports: [{name: a, port: 80}, {name: b, port: 80, protocol: UDP}]}')).toBe('201')
})
test('a name of a port is a DNS label', async () => {
  expect(await create('{ports: [{name: A_b, port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].name | FieldValueInvalid | Invalid value: "A_b": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  `)
})
test('a port is between 1 and 65535', async () => {
  expect(await create('{ports: [{port: 0}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].port | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive"
  `)
  expect(await create('{ports: [{port: 65536}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].port | FieldValueInvalid | Invalid value: 65536: must be between 1 and 65535, inclusive
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: 65536: must be between 1 and 65535, inclusive"
  `)
})
test('a protocol is one of three', async () => {
  expect(await create('{ports: [{port: 80, protocol: HTTP}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].protocol | FieldValueNotSupported | Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP""
  `)
})
test('a target port is a number of a port or a name of one', async () => {
  expect(await create('{ports: [{port: 80, targetPort: 70000}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: 70000: must be between 1 and 65535, inclusive"
  `)
  expect(await create('{ports: [{port: 80, targetPort: a--b}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: "a--b": must not contain consecutive hyphens"
  `)
  expect(await create('{ports: [{port: 80, targetPort: this-name-is-too-long}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: "this-name-is-too-long": must be no more than 15 characters"
  `)
  expect(await create('{ports: [{port: 80, targetPort: "123"}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: "123": must contain at least one letter (a-z)"
  `)
})
test('a node port needs a type that has them', async () => {
  expect(await create('{ports: [{port: 80, nodePort: 30100}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].nodePort | FieldValueForbidden | Forbidden: may not be used when \`type\` is 'ClusterIP'"
  `)
})
test('a node port is of the range', async () => {
  expect(
    await changing(
      path,
      '{spec: {ports: [{port: 80}]}}',
      '{spec: {type: NodePort, ports: [{port: 80, nodePort: 80}]}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service one
    spec.ports[0].nodePort | FieldValueInvalid | Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"
  `)
})
test('a node port is given once', async () => {
  // One of the first 86, of which none is given by chance (KEP-3668).
  const spec = '{type: NodePort, ports: [{port: 80, nodePort: 30007}]}'
  expect((await api.post(path, { metadata: { name: 'holds-a-port' }, spec: yaml(spec) })).code).toBe(201)
  expect(await create(spec)).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].nodePort | FieldValueInvalid | Invalid value: 30007: provided port is already allocated"
  `)
})
test('two ports of one Service want the same node port', async () => {
  expect(
    await create(
      '{type: NodePort, ports: [{name: a, port: 80, nodePort: 30008}, {name: b, port: 81, nodePort: 30008}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[1].nodePort | FieldValueInvalid | Invalid value: 30008: provided port is already allocated"
  `)
})
test('a type is one of four', async () => {
  expect(await create('{type: Other, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.type | FieldValueNotSupported | Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""
  `)
})
test('an ExternalName needs its name', async () => {
  expect(await create('{type: ExternalName}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.externalName | FieldValueRequired | Required value"
  `)
})
test('an external name is a DNS name', async () => {
  expect(await create('{type: ExternalName, externalName: "a b"}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.externalName | FieldValueInvalid | Invalid value: "a b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  `)
})
test('an ExternalName may end in a dot and has no ports', async () => {
  expect(await create('{type: ExternalName, externalName: "example.com."}')).toBe('201')
})
test('an ExternalName has no cluster IP', async () => {
  expect(
    await create('{type: ExternalName, externalName: example.com, clusterIP: 10.96.9.9}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs | FieldValueForbidden | Forbidden: may not be set for ExternalName services"
  `)
})
test('a headless Service cannot have node ports', async () => {
  expect(await create('{type: NodePort, clusterIP: None, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs[0] | FieldValueInvalid | Invalid value: "None": may not be set to 'None' for NodePort services"
  `)
  expect(await create('{type: LoadBalancer, clusterIP: None, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs[0] | FieldValueInvalid | Invalid value: "None": may not be set to 'None' for LoadBalancer services"
  `)
})
test('a headless Service needs no port', async () => {
  expect(await create('{clusterIP: None}')).toBe('201')
})
test('a cluster IP is an address', async () => {
  expect(await create('{clusterIP: abc, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs[0] | FieldValueInvalid | Invalid value: "abc": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
  `)
})
test('a cluster IP is of the range of Services', async () => {
  expect(await create('{clusterIP: 10.1.2.3, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs | FieldValueInvalid | Invalid value: ["10.1.2.3"]: failed to allocate IP 10.1.2.3: the provided IP (10.1.2.3) is not in the valid range. The range of valid IPs is 10.96.0.0/16"
  `)
})
test('a cluster IP is given once', async () => {
  const spec = { clusterIP: '10.96.77.77', ports: [{ port: 80 }] }
  expect((await api.post(path, { metadata: { name: 'holds-an-ip' }, spec })).code).toBe(201)
  const again = await api.post(path, { metadata: { name: 's' }, spec })
  expect(refusal(again)).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs | FieldValueInvalid | Invalid value: ["CLUSTER-IP"]: failed to allocate IP CLUSTER-IP: provided IP is already allocated"
  `)
})
test('an address that a deleted Service had can be asked for again', async () => {
  const spec = { clusterIP: '10.96.77.78', ports: [{ port: 80 }] }
  for (const name of ['first', 'second']) {
    expect((await api.post(path, { metadata: { name }, spec })).code).toBe(201)
    expect((await api.delete(`${path}/${name}`)).code).toBe(200)
  }
})
test('clusterIPs begins with clusterIP', async () => {
  expect(
    await create('{clusterIP: 10.96.3.3, clusterIPs: [10.96.3.4], ports: [{port: 80}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.clusterIPs | FieldValueInvalid | Invalid value: ["CLUSTER-IP"]: first value must match \`clusterIP\`"
  `)
})
test('a session affinity is one of two', async () => {
  expect(await create('{sessionAffinity: Cookie, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.sessionAffinity | FieldValueNotSupported | Unsupported value: "Cookie": supported values: "ClientIP", "None""
  `)
})
test('a session affinity by client lasts at most a day', async () => {
  expect(
    await create(
      '{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}, ports: [{port: 80}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.sessionAffinityConfig.clientIP.timeoutSeconds | FieldValueInvalid | Invalid value: 86401: must be greater than 0 and less than 86400"
  `)
})
test('a session affinity that is not there cannot be configured', async () => {
  expect(
    await create('{sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, ports: [{port: 80}]}'),
  ).toMatchInlineSnapshot(`"201"`)
})
test('a name begins with a letter', async () => {
  expect(await create('{ports: [{port: 80}]}', '1a')).toMatchInlineSnapshot(`
    "422 Invalid Service 1a
    metadata.name | FieldValueInvalid | Invalid value: "1a": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
  `)
})
test('a selector is made of labels', async () => {
  expect(await create('{selector: {"a b": "-"}, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.selector | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    spec.selector | FieldValueInvalid | Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  `)
})
test('traffic policies are one of two', async () => {
  expect(
    await create(
      '{type: NodePort, externalTrafficPolicy: Near, internalTrafficPolicy: Far, ports: [{port: 80}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.externalTrafficPolicy | FieldValueNotSupported | Unsupported value: "Near": supported values: "Cluster", "Local"
    spec.internalTrafficPolicy | FieldValueNotSupported | Unsupported value: "Far": supported values: "Cluster", "Local""
  `)
})
test('an external traffic policy needs a type that is reached from outside', async () => {
  expect(await create('{externalTrafficPolicy: Local, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.externalTrafficPolicy | FieldValueInvalid | Invalid value: "Local": may only be set for externally-accessible services"
  `)
})
test('external addresses are no loopback', async () => {
  expect(await create('{externalIPs: [127.0.0.1, x], ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.externalIPs[0] | FieldValueInvalid | Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
    spec.externalIPs[1] | FieldValueInvalid | Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
  `)
})
test('a health check port needs a LoadBalancer with a local policy', async () => {
  expect(
    await create('{type: LoadBalancer, healthCheckNodePort: 31997, ports: [{port: 80}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.healthCheckNodePort | FieldValueInvalid | Invalid value: 31997: may only be set when \`type\` is 'LoadBalancer' and \`externalTrafficPolicy\` is 'Local'"
  `)
})
test('a load balancer class needs a LoadBalancer', async () => {
  expect(await create('{loadBalancerClass: a/b, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.loadBalancerClass | FieldValueForbidden | Forbidden: may only be used when \`type\` is 'LoadBalancer'"
  `)
})
test('IPv6 is not there', async () => {
  expect(await create('{ipFamilies: [IPv6], ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ipFamilies[0] | FieldValueInvalid | Invalid value: "IPv6": not configured on this cluster"
  `)
  expect(await create('{ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}')).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ipFamilyPolicy | FieldValueInvalid | Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services"
  `)
})
test('several faults are told at once', async () => {
  expect(
    await create(
      '{type: X, sessionAffinity: Y, ports: [{port: 0, name: A}, {port: 99999, protocol: Z, targetPort: -1}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service s
    spec.ports[0].name | FieldValueInvalid | Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
    spec.ports[0].port | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive
    spec.ports[0].targetPort | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive
    spec.ports[1].name | FieldValueRequired | Required value
    spec.ports[1].port | FieldValueInvalid | Invalid value: 99999: must be between 1 and 65535, inclusive
    spec.ports[1].protocol | FieldValueNotSupported | Unsupported value: "Z": supported values: "SCTP", "TCP", "UDP"
    spec.ports[1].targetPort | FieldValueInvalid | Invalid value: -1: must be between 1 and 65535, inclusive
    spec.sessionAffinity | FieldValueNotSupported | Unsupported value: "Y": supported values: "ClientIP", "None"
    spec.type | FieldValueNotSupported | Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""
  `)
})

test('a cluster IP stays', async () => {
  expect(
    await change(
      '{clusterIP: 10.96.44.1, ports: [{port: 80}]}',
      '{clusterIP: 10.96.44.2, clusterIPs: [10.96.44.2]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service one
    spec.clusterIPs[0] | FieldValueInvalid | Invalid value: ["CLUSTER-IP"]: may not change once set"
  `)
})
test('a cluster IP is changed in both fields', async () => {
  expect(
    await change('{clusterIP: 10.96.44.3, ports: [{port: 80}]}', '{clusterIP: 10.96.44.4}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service one
    spec.clusterIPs[0] | FieldValueInvalid | Invalid value: ["CLUSTER-IP"]: may not change once set"
  `)
})
test('a headless Service stays headless', async () => {
  expect(
    await change(
      '{clusterIP: None}',
      '{clusterIP: 10.96.44.5, clusterIPs: [10.96.44.5], ports: [{port: 80}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service one
    spec.ipFamilyPolicy | FieldValueInvalid | Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services
    spec.ipFamilies[1] | FieldValueInvalid | Invalid value: "IPv6": not configured on this cluster"
  `)
})
test('a cluster IP cannot be taken away', async () => {
  expect(
    await change('{clusterIP: 10.96.44.6, ports: [{port: 80}]}', '{clusterIP: None, clusterIPs: [None]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Service one
    spec.clusterIPs[0] | FieldValueInvalid | Invalid value: ["None"]: may not change once set"
  `)
})
test('an update may leave the addresses out', async () => {
  const name = unique('one')
  const made = await api.post(path, { metadata: { name }, spec: { ports: [{ port: 80 }] } })
  const again = await api.put(`${path}/${name}`, {
    metadata: { name, resourceVersion: made.body.metadata.resourceVersion },
    spec: { ports: [{ port: 81 }] },
  })
  expect(again.code).toBe(200)
  expect(again.body.spec.clusterIP).toBe(made.body.spec.clusterIP)
  expect(again.body.spec.clusterIPs).toEqual(made.body.spec.clusterIPs)
})
test('an update needs a resourceVersion', async () => {
  const name = unique('one')
  await api.post(path, { metadata: { name }, spec: { ports: [{ port: 80 }] } })
  expect(
    refusal(
      await api.put(`${path}/${name}`, { metadata: { name }, spec: { ports: [{ port: 81 }] } }),
    ).replaceAll(name, 'NAME'),
  ).toMatchInlineSnapshot(`"200"`)
})
test('one that becomes an ExternalName loses its address, and gets one when it comes back', async () => {
  const name = unique('one')
  const made = await api.post(path, { metadata: { name }, spec: { ports: [{ port: 80 }] } })
  const away = await api.patch(`${path}/${name}`, 'merge', {
    spec: { type: 'ExternalName', externalName: 'example.com', clusterIP: null, clusterIPs: null },
  })
  expect(away.body.spec).toEqual({
    type: 'ExternalName',
    externalName: 'example.com',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    sessionAffinity: 'None',
  })
  const back = await api.patch(`${path}/${name}`, 'merge', {
    spec: { type: 'ClusterIP', externalName: null },
  })
  expect(back.code).toBe(200)
  expect(back.body.spec.clusterIP).toMatch(/^10\.96\./)
  expect(made.code).toBe(201)
})
test('one that stops being a NodePort loses its node ports', async () => {
  const name = unique('one')
  const made = await api.post(path, { metadata: { name }, spec: { type: 'NodePort', ports: [{ port: 80 }] } })
  expect(made.body.spec.ports[0].nodePort).toBeGreaterThanOrEqual(30000)
  const inside = await api.patch(`${path}/${name}`, 'merge', { spec: { type: 'ClusterIP' } })
  expect(inside.body.spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }])
  expect(inside.body.spec.externalTrafficPolicy).toBeUndefined()
})
test('an update keeps node ports that it does not name', async () => {
  const name = unique('one')
  const made = await api.post(path, { metadata: { name }, spec: { type: 'NodePort', ports: [{ port: 80 }] } })
  const { resourceVersion } = made.body.metadata
  const again = await api.put(`${path}/${name}`, {
    metadata: { name, resourceVersion },
    spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] },
  })
  expect(again.body.spec.ports[0].nodePort).toBe(made.body.spec.ports[0].nodePort)
})
