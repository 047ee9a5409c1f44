/** What NetworkPolicies, Ingresses, Endpoints, EndpointSlices and Events are refused for. */
import { expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
const policies = `/apis/networking.k8s.io/v1/namespaces/${ns}/networkpolicies`
const ingresses = `/apis/networking.k8s.io/v1/namespaces/${ns}/ingresses`
const endpoints = `/api/v1/namespaces/${ns}/endpoints`
const slices = `/apis/discovery.k8s.io/v1/namespaces/${ns}/endpointslices`
const old = `/api/v1/namespaces/${ns}/events`
const events = `/apis/events.k8s.io/v1/namespaces/${ns}/events`

test('a peer of a policy says who it is', async () => {
  expect(
    await creating(policies, '{spec: {podSelector: {}, ingress: [{from: [{}]}]}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.ingress[0].from[0] | FieldValueRequired | Required value: must specify a peer"
  `)
})
test('a peer by address is not one by label', async () => {
  expect(
    await creating(
      policies,
      '{spec: {podSelector: {}, egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.egress[0].to[0] | FieldValueForbidden | Forbidden: may not specify both ipBlock and another peer"
  `)
})
test('a block of addresses', async () => {
  expect(
    await creating(
      policies,
      '{spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}, {ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}, {ipBlock: {}}]}]}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.ingress[0].from[0].ipBlock.cidr | FieldValueInvalid | Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
    spec.ingress[0].from[1].ipBlock.except[0] | FieldValueInvalid | Invalid value: "11.0.0.0/8": must be a strict subset of \`cidr\`
    spec.ingress[0].from[2].ipBlock.cidr | FieldValueRequired | Required value"
  `)
})
test('a port of a policy', async () => {
  expect(
    await creating(
      policies,
      '{spec: {podSelector: {}, ingress: [{ports: [{port: 0}, {port: A_}, {port: 80, endPort: 70}, {endPort: 5}, {port: a, endPort: 5}, {protocol: X}]}]}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.ingress[0].ports[0].port | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive
    spec.ingress[0].ports[1].port | FieldValueInvalid | Invalid value: "A_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
    spec.ingress[0].ports[1].port | FieldValueInvalid | Invalid value: "A_": must contain at least one letter (a-z)
    spec.ingress[0].ports[2].endPort | FieldValueInvalid | Invalid value: 80: must be greater than or equal to \`port\`
    spec.ingress[0].ports[3].endPort | FieldValueInvalid | Invalid value: 5: may not be specified when \`port\` is not specified
    spec.ingress[0].ports[4].endPort | FieldValueInvalid | Invalid value: 5: may not be specified when \`port\` is non-numeric
    spec.ingress[0].ports[5].protocol | FieldValueNotSupported | Unsupported value: "X": supported values: "TCP", "UDP", "SCTP""
  `)
})
test('a type of a policy is one of two', async () => {
  expect(await creating(policies, '{spec: {podSelector: {}, policyTypes: [X]}}')).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.policyTypes[0] | FieldValueNotSupported | Unsupported value: "X": supported values: "Ingress", "Egress""
  `)
  expect(
    await creating(policies, '{spec: {podSelector: {}, policyTypes: [Ingress, Egress, Ingress]}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.policyTypes | FieldValueInvalid | Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes"
  `)
})
test('a policy with a bad selector', async () => {
  expect(await creating(policies, '{spec: {podSelector: {matchLabels: {a: "-"}}}}')).toMatchInlineSnapshot(`
    "422 Invalid NetworkPolicy.networking.k8s.io one
    spec.podSelector.matchLabels | FieldValueInvalid | Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  `)
})

test('an ingress leads somewhere', async () => {
  expect(await creating(ingresses, '{}')).toMatchInlineSnapshot(`
    "422 Invalid Ingress.networking.k8s.io one
    spec | FieldValueInvalid | Invalid value: null: either \`defaultBackend\` or \`rules\` must be specified"
  `)
})
test('a path of an ingress', async () => {
  expect(
    await creating(
      ingresses,
      '{spec: {rules: [{host: "*.*.x", http: {paths: [{path: x, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}, {path: /, backend: {service: {name: a, port: {}}}}]}}]}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Ingress.networking.k8s.io one
    spec.rules[0].host | FieldValueInvalid | Invalid value: "*.*.x": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
    spec.rules[0].http.paths[0].path | FieldValueInvalid | Invalid value: "x": must be an absolute path
    spec.rules[0].http.paths[1].pathType | FieldValueRequired | Required value: pathType must be specified"
  `)
})

test('addresses of endpoints', async () => {
  expect(
    await creating(endpoints, '{subsets: [{addresses: [{ip: x}, {ip: 127.0.0.1}], ports: [{port: 0}]}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Endpoints one
    subsets[0].addresses[0].ip | FieldValueInvalid | Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
    subsets[0].addresses[0].ip | FieldValueInvalid | Invalid value: "x": must be a valid IP address
    subsets[0].addresses[1].ip | FieldValueInvalid | Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
    subsets[0].ports[0].port | FieldValueInvalid | Invalid value: 0: must be between 1 and 65535, inclusive"
  `)
})
test('a subset of endpoints has addresses', async () => {
  expect(await creating(endpoints, '{subsets: [{ports: [{port: 80}]}]}')).toMatchInlineSnapshot(`
    "422 Invalid Endpoints one
    subsets[0] | FieldValueRequired | Required value: must specify \`addresses\` or \`notReadyAddresses\`"
  `)
})

test('a slice has a type of addresses', async () => {
  expect(await creating(slices, '{endpoints: []}')).toMatchInlineSnapshot(`
    "422 Invalid EndpointSlice.discovery.k8s.io one
    addressType | FieldValueRequired | Required value"
  `)
  expect(await creating(slices, '{addressType: X, endpoints: []}')).toMatchInlineSnapshot(`
    "422 Invalid EndpointSlice.discovery.k8s.io one
    addressType | FieldValueNotSupported | Unsupported value: "X": supported values: "FQDN", "IPv4", "IPv6""
  `)
})
test('addresses of a slice', async () => {
  expect(
    await creating(
      slices,
      '{addressType: IPv4, endpoints: [{addresses: []}, {addresses: [x]}, {addresses: ["::1"]}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid EndpointSlice.discovery.k8s.io one
    endpoints[0].addresses | FieldValueRequired | Required value: must contain at least 1 address
    endpoints[1].addresses[0] | FieldValueInvalid | Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
    endpoints[2].addresses | FieldValueInvalid | Invalid value: "::1": must be an IPv4 address
    endpoints[2].addresses[0] | FieldValueInvalid | Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)"
  `)
})
test('ports of a slice', async () => {
  expect(
    await creating(
      slices,
      '{addressType: IPv4, endpoints: [], ports: [{name: A_, protocol: X}, {name: a}, {name: a}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid EndpointSlice.discovery.k8s.io one
    ports[0].name | FieldValueInvalid | Invalid value: "A_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
    ports[0].protocol | FieldValueNotSupported | Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"
    ports[2].name | FieldValueDuplicate | Duplicate value: "a""
  `)
})
test('a type of addresses stays', async () => {
  expect(
    await changing(slices, '{addressType: IPv4, endpoints: []}', '{addressType: FQDN}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid EndpointSlice.discovery.k8s.io one
    addressType | FieldValueInvalid | Invalid value: "FQDN": field is immutable"
  `)
})

const regarding = 'kind: Pod, namespace: NS, name: x, apiVersion: v1'.replace('NS', ns)
test('an event of the old group needs next to nothing', async () => {
  expect(await creating(old, `{involvedObject: {${regarding}}}`)).toBe('201')
})
test('an event is where its object is', async () => {
  expect(
    await creating(old, '{involvedObject: {kind: Pod, namespace: other, name: x, apiVersion: v1}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Event one
    involvedObject.namespace | FieldValueInvalid | Invalid value: "other": does not match event.namespace"
  `)
})
test('an event of the new group says when, who, what and why', async () => {
  expect(await creating(events, `{regarding: {${regarding}}}`)).toMatchInlineSnapshot(`
    "422 Invalid Event one
    eventTime | FieldValueRequired | Required value
    type | FieldValueInvalid | Invalid value: "": has invalid value: "
  `)
})
const whole = `regarding: {${regarding}}, eventTime: "2026-01-01T00:00:00.000000Z", reportingController: a.b/c, reportingInstance: x, action: Doing, reason: Why, type: Normal`
test('an event of the new group', async () => {
  expect(await creating(events, `{${whole}}`)).toBe('201')
})
test('a type of an event is one of two', async () => {
  expect(await creating(events, `{${whole.replace('Normal', 'X')}}`)).toMatchInlineSnapshot(`
    "422 Invalid Event one
    type | FieldValueInvalid | Invalid value: "": has invalid value: X"
  `)
})
test('words of an event are not too long', async () => {
  expect(
    await creating(
      events,
      `{${whole.replace('Why', 'x'.repeat(129)).replace('Doing', 'y'.repeat(129))}, note: ${'z'.repeat(1025)}}`,
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Event one
    action | FieldValueInvalid | Invalid value: "": can have at most 128 characters
    reason | FieldValueInvalid | Invalid value: "": can have at most 128 characters
    message | FieldValueInvalid | Invalid value: "": can have at most 1024 characters"
  `)
})
test('a controller of an event is a qualified name', async () => {
  expect(await creating(events, `{${whole.replace('a.b/c', 'a b')}}`)).toMatchInlineSnapshot(`
    "422 Invalid Event one
    reportingController | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})
test('an event of the new group has none of the old fields', async () => {
  expect(
    await creating(
      events,
      `{${whole}, deprecatedCount: 2, deprecatedSource: {component: x}, deprecatedFirstTimestamp: "2026-01-01T00:00:00Z"}`,
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Event one
    firstTimestamp | FieldValueInvalid | Invalid value: "": needs to be unset
    count | FieldValueInvalid | Invalid value: "": needs to be unset
    source | FieldValueInvalid | Invalid value: "": needs to be unset"
  `)
})
test('an event stays but for its series', async () => {
  expect(await changing(events, `{${whole}}`, '{note: other, reason: Else}')).toMatchInlineSnapshot(`
    "422 Invalid Event one
    reason | FieldValueInvalid | Invalid value: "Else": field is immutable
    message | FieldValueInvalid | Invalid value: "other": field is immutable
    reason | FieldValueInvalid | Invalid value: "Else": field is immutable"
  `)
  expect(
    await changing(
      events,
      `{${whole}}`,
      '{series: {count: 2, lastObservedTime: "2026-01-01T00:00:00.000000Z"}}',
    ),
  ).toBe('200')
})
