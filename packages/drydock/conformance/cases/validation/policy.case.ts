/** What budgets, roles, priority classes, leases, quotas and nodes are refused for. */
import { expect, onTestFinished, test } from 'vitest'
import { api, namespace, unique } from '../../cluster.ts'
import { byName, refusal } from '../../shown.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
const budgets = `/apis/policy/v1/namespaces/${ns}/poddisruptionbudgets`
const rbac = '/apis/rbac.authorization.k8s.io/v1'
const priorities = '/apis/scheduling.k8s.io/v1/priorityclasses'
const leases = `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`

test('a budget says one of two', async () => {
  expect(
    await creating(budgets, '{spec: {minAvailable: 1, maxUnavailable: 1, selector: {}}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid PodDisruptionBudget.policy one
    spec | FieldValueInvalid | Invalid value: {"MinAvailable":1,"Selector":{},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set"
  `)
})
test('a budget is an amount or a percentage', async () => {
  expect(await creating(budgets, '{spec: {minAvailable: -1}}')).toMatchInlineSnapshot(`
    "422 Invalid PodDisruptionBudget.policy one
    spec.minAvailable | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0"
  `)
  expect(await creating(budgets, '{spec: {maxUnavailable: "5"}}')).toMatchInlineSnapshot(`
    "422 Invalid PodDisruptionBudget.policy one
    spec.maxUnavailable | FieldValueInvalid | Invalid value: "5": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
  `)
  expect(await creating(budgets, '{spec: {maxUnavailable: "101%"}}')).toMatchInlineSnapshot(`
    "422 Invalid PodDisruptionBudget.policy one
    spec.maxUnavailable | FieldValueInvalid | Invalid value: "101%": must not be greater than 100%"
  `)
})
test('a budget with a bad selector', async () => {
  expect(
    await creating(
      budgets,
      '{spec: {minAvailable: 1, selector: {matchExpressions: [{key: a, operator: X}]}}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid PodDisruptionBudget.policy one
    spec.selector.matchExpressions[0].operator | FieldValueInvalid | Invalid value: "X": not a valid selector operator"
  `)
})
test('a policy for unhealthy pods is one of two', async () => {
  expect(
    await creating(budgets, '{spec: {minAvailable: 1, unhealthyPodEvictionPolicy: X}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid PodDisruptionBudget.policy one
    spec.unhealthyPodEvictionPolicy | FieldValueNotSupported | Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget""
  `)
})
test('a budget can change', async () => {
  expect(
    await changing(
      budgets,
      '{spec: {minAvailable: 1, selector: {matchLabels: {a: b}}}}',
      '{spec: {minAvailable: 2, selector: {matchLabels: {a: c}}}}',
    ),
  ).toBe('200')
})

test('a rule of a role has verbs', async () => {
  expect(
    await creating(`${rbac}/namespaces/${ns}/roles`, '{rules: [{apiGroups: [""], resources: [pods]}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Role.rbac.authorization.k8s.io one
    rules[0].verbs | FieldValueRequired | Required value: verbs must contain at least one value"
  `)
})
test('a rule of a role has groups and resources', async () => {
  expect(
    await creating(`${rbac}/namespaces/${ns}/roles`, '{rules: [{verbs: [get]}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Role.rbac.authorization.k8s.io one
    rules[0].apiGroups | FieldValueRequired | Required value: resource rules must supply at least one api group
    rules[0].resources | FieldValueRequired | Required value: resource rules must supply at least one resource"
  `)
})
test('a role of a namespace has no URLs', async () => {
  expect(
    await creating(`${rbac}/namespaces/${ns}/roles`, '{rules: [{verbs: [get], nonResourceURLs: [/x]}]}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Role.rbac.authorization.k8s.io one
    rules[0].nonResourceURLs | FieldValueInvalid | Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs"
  `)
})
test('a rule has resources or URLs', async () => {
  expect(
    await creating(
      `${rbac}/clusterroles`,
      '{rules: [{verbs: [get], nonResourceURLs: [/x], resources: [pods], apiGroups: [""]}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ClusterRole.rbac.authorization.k8s.io one
    rules[0].nonResourceURLs | FieldValueInvalid | Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs"
  `)
})
test('a name of a role may have colons, but no slash', async () => {
  expect(await creating(`${rbac}/clusterroles`, '{metadata: {name: "a:B_c"}}')).toBe('201')
  expect(await creating(`${rbac}/clusterroles`, '{metadata: {name: "a/b%c"}}')).toMatchInlineSnapshot(`
    "422 Invalid ClusterRole.rbac.authorization.k8s.io a/b%c
    metadata.name | FieldValueInvalid | Invalid value: "a/b%c": may not contain '/'
    metadata.name | FieldValueInvalid | Invalid value: "a/b%c": may not contain '%'"
  `)
})
test('a binding refers to a role', async () => {
  expect(await creating(`${rbac}/namespaces/${ns}/rolebindings`, '{}')).toMatchInlineSnapshot(`
    "422 Invalid RoleBinding.rbac.authorization.k8s.io one
    roleRef.kind | FieldValueNotSupported | Unsupported value: "": supported values: "Role", "ClusterRole"
    roleRef.name | FieldValueRequired | Required value"
  `)
  expect(
    await creating(`${rbac}/clusterrolebindings`, '{roleRef: {kind: Role, name: x, apiGroup: other}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid ClusterRoleBinding.rbac.authorization.k8s.io one
    roleRef.apiGroup | FieldValueNotSupported | Unsupported value: "other": supported values: "rbac.authorization.k8s.io"
    roleRef.kind | FieldValueNotSupported | Unsupported value: "Role": supported values: "ClusterRole""
  `)
})
test('a subject of a binding', async () => {
  expect(
    await creating(
      `${rbac}/clusterrolebindings`,
      '{roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: ServiceAccount, name: a}, {kind: User, apiGroup: x, name: ""}, {kind: Other, name: y}]}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ClusterRoleBinding.rbac.authorization.k8s.io one
    subjects[0].namespace | FieldValueRequired | Required value
    subjects[1].name | FieldValueRequired | Required value
    subjects[1].apiGroup | FieldValueNotSupported | Unsupported value: "x": supported values: "rbac.authorization.k8s.io"
    subjects[2].kind | FieldValueNotSupported | Unsupported value: "Other": supported values: "ServiceAccount", "User", "Group""
  `)
})
test('a role of a binding stays', async () => {
  expect(
    await changing(
      `${rbac}/clusterrolebindings`,
      '{roleRef: {kind: ClusterRole, name: view, apiGroup: rbac.authorization.k8s.io}}',
      '{roleRef: {kind: ClusterRole, name: edit, apiGroup: rbac.authorization.k8s.io}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ClusterRoleBinding.rbac.authorization.k8s.io one
    roleRef | FieldValueInvalid | Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef"
  `)
})

test('a priority of users is below a billion', async () => {
  expect(await creating(priorities, '{value: 1000000001}')).toMatchInlineSnapshot(`
    "422 Invalid PriorityClass.scheduling.k8s.io one
    value | FieldValueForbidden | Forbidden: maximum allowed value of a user defined priority is 1000000000"
  `)
})
test('names of the system are its own', async () => {
  expect(await creating(priorities, '{metadata: {name: system-x}, value: 1}')).toMatchInlineSnapshot(`
    "422 Invalid PriorityClass.scheduling.k8s.io system-x
    metadata.name | FieldValueForbidden | Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class"
  `)
})
test('a preemption policy is one of two', async () => {
  expect(await creating(priorities, '{value: 1, preemptionPolicy: X}')).toMatchInlineSnapshot(`
    "422 Invalid PriorityClass.scheduling.k8s.io one
    preemptionPolicy | FieldValueNotSupported | Unsupported value: "X": supported values: "PreemptLowerPriority", "Never""
  `)
})
test('a priority stays', async () => {
  expect(await changing(priorities, '{value: 1}', '{value: 2}')).toMatchInlineSnapshot(`
    "422 Invalid PriorityClass.scheduling.k8s.io one
    value | FieldValueForbidden | Forbidden: may not be changed in an update."
  `)
  expect(await changing(priorities, '{value: 1}', '{preemptionPolicy: Never}')).toMatchInlineSnapshot(`
    "422 Invalid PriorityClass.scheduling.k8s.io one
    preemptionPolicy | FieldValueInvalid | Invalid value: "Never": field is immutable"
  `)
})
test('a pod gets the priority of its class', async () => {
  const name = unique('first')
  await api.post(priorities, { metadata: { name }, value: 77, preemptionPolicy: 'Never' })
  onTestFinished(async () => void (await api.delete(`${priorities}/${name}`)))
  const made = await api.post(`/api/v1/namespaces/${ns}/pods?dryRun=All`, {
    metadata: { name: 'p' },
    spec: { priorityClassName: name, containers: [{ name: 'a', image: 'b' }] },
  })
  expect(made.body.spec).toMatchObject({ priority: 77, preemptionPolicy: 'Never', priorityClassName: name })
})
test('classes of the system give their priority', async () => {
  const made = await api.post('/api/v1/namespaces/kube-system/pods?dryRun=All', {
    metadata: { name: 'p' },
    spec: { priorityClassName: 'system-node-critical', containers: [{ name: 'a', image: 'b' }] },
  })
  expect(made.body.spec).toMatchObject({ priority: 2000001000, preemptionPolicy: 'PreemptLowerPriority' })
})

test('numbers of a lease', async () => {
  expect(
    await creating(leases, '{spec: {leaseDurationSeconds: 0, leaseTransitions: -1}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Lease.coordination.k8s.io one
    spec.leaseDurationSeconds | FieldValueInvalid | Invalid value: 0: must be greater than 0
    spec.leaseTransitions | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0"
  `)
})
test('a holder of a lease is not empty', async () => {
  expect(await creating(leases, '{spec: {holderIdentity: ""}}')).toMatchInlineSnapshot(`"201"`)
})
test('a time of a lease has microseconds', async () => {
  expect(await creating(leases, '{spec: {renewTime: "2026-01-01T00:00:00Z"}}')).toMatchInlineSnapshot(`
    "400 BadRequest
    Lease in version "v1" cannot be handled as a Lease: parsing time "TIME" as "TIME07:00": cannot parse "Z" as ".000000""
  `)
})

test('a quota is an amount', async () => {
  expect(
    byName(
      await creating(
        `/api/v1/namespaces/${ns}/resourcequotas`,
        '{spec: {hard: {pods: "-1", "a b": "1"}, scopes: [X]}}',
      ),
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid ResourceQuota one
    spec.hard[a b] | FieldValueInvalid | Invalid value: "a b": must be a standard resource for quota
    spec.hard[a b] | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    spec.hard[pods] | FieldValueInvalid | Invalid value: "-1": must be greater than or equal to 0
    spec.scopes | FieldValueInvalid | Invalid value: ["X"]: unsupported scope"
  `)
})
test('a limit has a type', async () => {
  expect(
    await creating(`/api/v1/namespaces/${ns}/limitranges`, '{spec: {limits: [{type: "a b"}]}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid LimitRange one
    spec.limits[0].type | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})

test('a node with bad taints', async () => {
  expect(
    await creating(
      '/api/v1/nodes',
      '{spec: {taints: [{key: "a b", effect: NoSchedule}, {key: c, effect: X}, {key: d, effect: NoSchedule}, {key: d, effect: NoSchedule}]}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Node one
    metadata.taints[0].key | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    metadata.taints[1].effect | FieldValueNotSupported | Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"
    metadata.taints[3] | FieldValueDuplicate | Duplicate value: {"Key":"d","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair"
  `)
})
test('a provider of a node stays', async () => {
  expect(
    await changing('/api/v1/nodes', '{spec: {providerID: a}}', '{spec: {providerID: b}}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid Node one
    spec.providerID | FieldValueForbidden | Forbidden: node updates may not change providerID except from "" to valid"
  `)
})

test('a finalizer of the spec of a namespace is taken away by finalize alone', async () => {
  const name = unique('case')
  await api.post('/api/v1/namespaces', { metadata: { name } })
  expect(refusal(await api.patch(`/api/v1/namespaces/${name}`, 'merge', { spec: { finalizers: [] } }))).toBe(
    '200',
  )
  expect((await api.get(`/api/v1/namespaces/${name}`)).body.spec).toEqual({ finalizers: ['kubernetes'] })
  const free = await api.put(`/api/v1/namespaces/${name}/finalize`, { metadata: { name }, spec: {} })
  expect(free.code).toBe(200)
  expect(free.body.spec).toEqual({})
  expect((await api.delete(`/api/v1/namespaces/${name}`)).code).toBe(200)
})
test('a finalizer of the spec of a namespace is qualified', async () => {
  expect(
    refusal(
      await api.put(`/api/v1/namespaces/${ns}/finalize`, {
        metadata: { name: ns },
        spec: { finalizers: ['a', 'b c'] },
      }),
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid Namespace case
    spec.finalizers[0] | FieldValueInvalid | Invalid value: "a": name is neither a standard finalizer name nor is it fully qualified
    spec.finalizers[1] | FieldValueInvalid | Invalid value: "b c": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    spec.finalizers[1] | FieldValueInvalid | Invalid value: "b c": name is neither a standard finalizer name nor is it fully qualified"
  `)
})
test.each([['default'], ['kube-system'], ['kube-public']])('the namespace %s stays', async (name) => {
  expect(refusal(await api.delete(`/api/v1/namespaces/${name}`))).toMatchSnapshot()
})
test('a phase of a namespace', async () => {
  expect(
    refusal(await api.patch(`/api/v1/namespaces/${ns}/status`, 'merge', { status: { phase: 'X' } })),
  ).toMatchInlineSnapshot(`
    "422 Invalid Namespace case
    status.Phase | FieldValueInvalid | Invalid value: "X": may only be 'Active' if \`deletionTimestamp\` is empty"
  `)
})
