import { expect as check, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
// The real controller begins five seconds after a deletion: the cases wait side by side.
import { conditions, sheet } from '../../masked.ts'
import { core, create, merge } from '../../places.ts'

const held = (name: string) => ({ metadata: { name, finalizers: ['example.com/hold'] } })

/** Deletes the namespace, which cannot end because of a ConfigMap, and gives it once it tells so. */
async function stuck(ns: string): Promise<Json> {
  await create(core(ns, 'configmaps'), held('held'))
  await api.delete(`/api/v1/namespaces/${ns}`)
  return await settled(`/api/v1/namespaces/${ns}`, (n) =>
    conditions(n).some((c) => c.startsWith('NamespaceContentRemaining True')),
  )
}

const release = (ns: string, name = 'held') =>
  merge(core(ns, `configmaps/${name}`), { metadata: { finalizers: null } })

test.concurrent('a new namespace as it is stored', async ({ expect }) => {
  const ns = await namespace({ team: 'a' })
  expect(sheet((await api.get(`/api/v1/namespaces/${ns}`)).body, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Namespace
    metadata:
      creationTimestamp: <time>
      labels:
        kubernetes.io/metadata.name: NS
        team: a
      name: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      finalizers:
        - kubernetes
    status:
      phase: Active"
  `)
})

test.concurrent('deleting it answers with the namespace on its way', async ({ expect }) => {
  const ns = await namespace()
  await create(core(ns, 'configmaps'), held('held'))
  const { code, body } = await api.delete(`/api/v1/namespaces/${ns}`)
  expect(code).toBe(200)
  expect(sheet(body, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Namespace
    metadata:
      creationTimestamp: <time>
      deletionTimestamp: <time>
      labels:
        kubernetes.io/metadata.name: NS
      name: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      finalizers:
        - kubernetes
    status:
      phase: Terminating"
  `)
  await release(ns)
  await gone(`/api/v1/namespaces/${ns}`)
})

test.concurrent('what blocks it stands in its conditions', async ({ expect }) => {
  const ns = await namespace()
  const going = await stuck(ns)
  expect(going.status.phase).toBe('Terminating')
  expect(conditions(going)).toMatchInlineSnapshot(`
    [
      "NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances",
      "NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization",
      "NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered",
      "NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed",
      "NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
    ]
  `)
  await release(ns)
  await gone(`/api/v1/namespaces/${ns}`)
})

test.concurrent('several kinds and finalizers are counted', async ({ expect }) => {
  const ns = await namespace()
  await create(core(ns, 'configmaps'), held('one'))
  await create(core(ns, 'configmaps'), held('two'))
  await create(core(ns, 'secrets'), {
    metadata: { name: 'one', finalizers: ['example.com/hold', 'example.com/other'] },
  })
  await api.delete(`/api/v1/namespaces/${ns}`)
  const going = await settled(`/api/v1/namespaces/${ns}`, (n) =>
    conditions(n).some((c) => c.startsWith('NamespaceContentRemaining True')),
  )
  expect(conditions(going).filter((c) => c.includes('True'))).toMatchInlineSnapshot(`
    [
      "NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances, secrets. has 1 resource instances",
      "NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 3 resource instances, example.com/other in 1 resource instances",
    ]
  `)
  for (const name of ['one', 'two']) await release(ns, name)
  await merge(core(ns, 'secrets/one'), { metadata: { finalizers: null } })
  await gone(`/api/v1/namespaces/${ns}`)
})

test.concurrent('nothing may be made in it any more, but what is there may change', async ({ expect }) => {
  const ns = await namespace()
  await stuck(ns)
  const refused = await api.post(core(ns, 'configmaps'), { metadata: { name: 'late' } })
  expect(refused.code).toBe(403)
  expect(sheet(refused.body, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    code: 403
    details:
      causes:
        - field: metadata.namespace
          message: namespace NS is being terminated
          reason: NamespaceTerminating
      kind: configmaps
      name: late
    kind: Status
    message: 'configmaps "late" is forbidden: unable to create new content in namespace NS because it is being terminated'
    metadata: {}
    reason: Forbidden
    status: Failure"
  `)
  expect((await merge(core(ns, 'configmaps/held'), { data: { a: 'b' } })).data).toEqual({ a: 'b' })
  await release(ns)
  await gone(`/api/v1/namespaces/${ns}`)
})

test.concurrent('deleting it twice changes nothing', async ({ expect }) => {
  const ns = await namespace()
  const first = await stuck(ns)
  const again = await api.delete(`/api/v1/namespaces/${ns}`)
  expect(again.code).toBe(200)
  expect(sheet(again.body, { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Namespace
    metadata:
      creationTimestamp: <time>
      deletionTimestamp: <time>
      labels:
        kubernetes.io/metadata.name: NS
      name: NS
      resourceVersion: <version>
      uid: <uid>
    spec:
      finalizers:
        - kubernetes
    status:
      conditions:
        - lastTransitionTime: <time>
          message: All resources successfully discovered
          reason: ResourcesDiscovered
          status: "False"
          type: NamespaceDeletionDiscoveryFailure
        - lastTransitionTime: <time>
          message: All legacy kube types successfully parsed
          reason: ParsedGroupVersions
          status: "False"
          type: NamespaceDeletionGroupVersionParsingFailure
        - lastTransitionTime: <time>
          message: All content successfully deleted, may be waiting on finalization
          reason: ContentDeleted
          status: "False"
          type: NamespaceDeletionContentFailure
        - lastTransitionTime: <time>
          message: "Some resources are remaining: configmaps. has 1 resource instances"
          reason: SomeResourcesRemain
          status: "True"
          type: NamespaceContentRemaining
        - lastTransitionTime: <time>
          message: "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"
          reason: SomeFinalizersRemain
          status: "True"
          type: NamespaceFinalizersRemaining
      phase: Terminating"
  `)
  const { body } = await api.get(`/api/v1/namespaces/${ns}`)
  expect(body.metadata.deletionTimestamp).toBe(first.metadata.deletionTimestamp)
  await release(ns)
  await gone(`/api/v1/namespaces/${ns}`)
})

test('pods are ended first', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.lingering.add('a')
  await create(core(ns, 'pods'), 'metadata: {name: a}\nspec: {containers: [{name: main, image: redis}]}')
  await settled(core(ns, 'pods/a'), (p) => p.status.phase === 'Running')
  await create(core(ns, 'configmaps'), { metadata: { name: 'needed' } })
  await api.delete(`/api/v1/namespaces/${ns}`)
  const pod = await settled(core(ns, 'pods/a'), (p) => p.metadata.deletionTimestamp)
  check(pod.metadata.deletionGracePeriodSeconds).toBe(30)
  kubelet.lingering.clear()
  await kubelet.look()
  await gone(core(ns, 'pods/a'))
})

test.concurrent('a finalizer of its own keeps it', async ({ expect }) => {
  const ns = await namespace()
  await merge(`/api/v1/namespaces/${ns}`, { metadata: { finalizers: ['example.com/mine'] } })
  await api.delete(`/api/v1/namespaces/${ns}`)
  const going = await settled(`/api/v1/namespaces/${ns}`, (n) => n.spec.finalizers === undefined)
  expect(sheet({ spec: going.spec, finalizers: going.metadata.finalizers })).toMatchInlineSnapshot(`
    "finalizers:
      - example.com/mine
    spec: {}"
  `)
  await merge(`/api/v1/namespaces/${ns}`, { metadata: { finalizers: null } })
  await gone(`/api/v1/namespaces/${ns}`)
})

test.concurrent('finalize takes finalizers away without deleting', async ({ expect }) => {
  const ns = await namespace()
  const at = `/api/v1/namespaces/${ns}`
  // A conflict with the controller is no answer.
  const finalize = (spec: Json) =>
    until(async () => {
      const put = await api.put(`${at}/finalize`, { ...(await api.get(at)).body, spec })
      return put.code !== 409 && put
    })
  const put = await finalize({ finalizers: ['kubernetes', 'example.com/more'] })
  expect(put.code).toBe(200)
  expect(put.body.spec).toEqual({ finalizers: ['kubernetes', 'example.com/more'] })
  await api.delete(`/api/v1/namespaces/${ns}`)
  await settled(at, (n) => n.spec.finalizers.length === 1)
  const last = await finalize({})
  expect(last.code).toBe(200)
  await gone(`/api/v1/namespaces/${ns}`)
})

test.each(['default', 'kube-system', 'kube-public'])('the namespace %s may not be deleted', async (name) => {
  const { code, body } = await api.delete(`/api/v1/namespaces/${name}?dryRun=All`)
  check(code).toBe(403)
  check(body.message).toBe(`namespaces "${name}" is forbidden: this namespace may not be deleted`)
})

test.concurrent('the default service account comes back', async () => {
  const ns = await namespace()
  const { uid } = (await api.get(core(ns, 'serviceaccounts/default'))).body.metadata
  await api.delete(core(ns, 'serviceaccounts/default'))
  await settled(core(ns, 'serviceaccounts/default'), (s) => s.metadata.uid !== uid)
})

test.concurrent('the certificate of the cluster is in every namespace, and comes back whole', async ({
  expect,
}) => {
  const ns = await namespace()
  const first = await settled(core(ns, 'configmaps/kube-root-ca.crt'), () => true)
  expect(Object.keys(first.data)).toEqual(['ca.crt'])
  expect(first.metadata.annotations).toMatchInlineSnapshot(`
    {
      "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
    }
  `)
  await api.delete(core(ns, 'configmaps/kube-root-ca.crt'))
  const next = await settled(
    core(ns, 'configmaps/kube-root-ca.crt'),
    (c) => c.metadata.uid !== first.metadata.uid,
  )
  await merge(core(ns, 'configmaps/kube-root-ca.crt'), { data: { 'ca.crt': 'wrong' } })
  await until(
    async () =>
      (await api.get(core(ns, 'configmaps/kube-root-ca.crt'))).body.data['ca.crt'] === next.data['ca.crt'],
  )
})
