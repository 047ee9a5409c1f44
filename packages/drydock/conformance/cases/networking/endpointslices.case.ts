import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, gone, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { sheet } from '../../masked.ts'
import { core, discovery, items, merge } from '../../places.ts'
import { pod, service, slice, slices } from './endpoints.ts'

/** The slice without what is random in it. */
const shown = (one: Json, ns: string) =>
  sheet(
    { ...one, endpoints: one.endpoints ?? [], ports: one.ports ?? [] },
    { [one.metadata.name]: 'SLICE', [ns]: 'NS' },
  ).replace(/zone: zone-\d/g, 'zone: <zone>')

test('a Service without pods has an empty slice', async () => {
  const ns = await namespace()
  await service(ns)
  const [one] = await slices(ns, (all) => all.length === 1)
  expect(shown(one, ns)).toMatchInlineSnapshot(`
    "addressType: IPv4
    endpoints: []
    metadata:
      annotations:
        endpoints.kubernetes.io/last-change-trigger-time: <time>
      creationTimestamp: <time>
      generateName: web-
      generation: 1
      labels:
        endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
        kubernetes.io/service-name: web
      name: SLICE
      namespace: NS
      ownerReferences:
        - apiVersion: v1
          blockOwnerDeletion: true
          controller: true
          kind: Service
          name: web
          uid: <uid>
      resourceVersion: <version>
      uid: <uid>
    ports: []"
  `)
})

test('a ready pod is an endpoint with its node, zone and name', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(
    ns,
    { ports: [{ name: 'http', port: 80, targetPort: 8080, appProtocol: 'http' }] },
    { labels: { team: 'a' } },
  )
  await slices(ns, (all) => all.length === 1)
  await pod(ns, 'a')
  expect(shown(await slice(ns, 1), ns)).toMatchInlineSnapshot(`
    "addressType: IPv4
    endpoints:
      - addresses:
          - 10.244.9.1
        conditions:
          ready: true
          serving: true
          terminating: false
        nodeName: <node>
        targetRef:
          kind: Pod
          name: a
          namespace: NS
          uid: <uid>
        zone: <zone>
    metadata:
      annotations:
        endpoints.kubernetes.io/last-change-trigger-time: <time>
      creationTimestamp: <time>
      generateName: web-
      generation: 2
      labels:
        endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
        kubernetes.io/service-name: web
        team: a
      name: SLICE
      namespace: NS
      ownerReferences:
        - apiVersion: v1
          blockOwnerDeletion: true
          controller: true
          kind: Service
          name: web
          uid: <uid>
      resourceVersion: <version>
      uid: <uid>
    ports:
      - appProtocol: http
        name: http
        port: 8080
        protocol: TCP"
  `)
})

test('a pod without an address is none', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.stuck.add('a')
  await service(ns)
  await pod(ns, 'a')
  await pod(ns, 'b')
  expect((await slice(ns, 1)).endpoints[0].targetRef.name).toBe('b')
})

const steps = (one: Json) =>
  one.endpoints.map((e: Json) => `${e.targetRef.name} ${JSON.stringify(e.conditions)}`)

test('a pod that is not ready, that is, and that goes', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('a')
  await service(ns)
  await pod(ns, 'a')
  expect(steps(await slice(ns, 0, 1))).toEqual(['a {"ready":false,"serving":false,"terminating":false}'])
  kubelet.slow.clear()
  await kubelet.look()
  expect(steps(await slice(ns, 1))).toEqual(['a {"ready":true,"serving":true,"terminating":false}'])
  kubelet.lingering.add('a')
  await api.delete(core(ns, 'pods/a'))
  expect(steps(await slice(ns, 0, 1))).toEqual(['a {"ready":false,"serving":true,"terminating":true}'])
  kubelet.lingering.clear()
  await kubelet.look()
  await slices(ns, ([one]) => one.endpoints === null || one.endpoints.length === 0)
})

test('publishNotReadyAddresses counts every pod as ready', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('a')
  kubelet.lingering.add('a')
  await service(ns, { publishNotReadyAddresses: true, clusterIP: 'None' })
  await pod(ns, 'a')
  expect(steps(await slice(ns, 1))).toEqual(['a {"ready":true,"serving":false,"terminating":false}'])
  await api.delete(core(ns, 'pods/a'))
  const [going] = await slices(ns, ([one]) => one.endpoints[0].conditions.terminating)
  expect(steps(going)).toEqual(['a {"ready":true,"serving":false,"terminating":true}'])
})

test.each(['Failed', 'Succeeded'] as const)('a %s pod is no endpoint', async (phase) => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await service(ns)
  await pod(ns, 'a', { restartPolicy: 'Never' })
  await slice(ns, 1)
  kubelet.ends.set('a', phase)
  await kubelet.look()
  await slices(ns, ([one]) => one.endpoints === null || one.endpoints.length === 0)
})

test('a headless Service has a label on its slices', async () => {
  const ns = await namespace()
  await service(ns, { clusterIP: 'None' })
  const [one] = await slices(ns, (all) => all.length === 1)
  expect(one.metadata.labels).toEqual({
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': 'web',
    'service.kubernetes.io/headless': '',
  })
})

test('a headless Service without ports', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns, { clusterIP: 'None', ports: [] })
  await pod(ns, 'a')
  expect((await slice(ns, 1)).ports ?? []).toMatchInlineSnapshot(`[]`)
})

test('host names are told where hostname and subdomain name the Service', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns, { clusterIP: 'None' })
  await pod(ns, 'a', { hostname: 'first', subdomain: 'web' })
  await pod(ns, 'b', { hostname: 'second', subdomain: 'other' })
  await pod(ns, 'c', { subdomain: 'web' })
  const { endpoints } = await slice(ns, 3)
  expect(endpoints.map((e: Json) => `${e.targetRef.name} ${e.hostname}`).sort()).toEqual([
    'a first',
    'b undefined',
    'c undefined',
  ])
})

test('a named port that is another number in another pod makes two slices', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns, { ports: [{ name: 'web', port: 80, targetPort: 'http' }] })
  await pod(ns, 'a', {}, [{ name: 'http', containerPort: 8080 }])
  await pod(ns, 'b', {}, [{ name: 'http', containerPort: 9090 }])
  const found = await slices(ns, (all) => all.length === 2 && all.every((one) => one.endpoints?.length === 1))
  const told = found.map((one) => [one.endpoints[0].targetRef.name, one.ports])
  expect(Object.fromEntries(told)).toEqual({
    a: [{ name: 'web', protocol: 'TCP', port: 8080 }],
    b: [{ name: 'web', protocol: 'TCP', port: 9090 }],
  })
})

test('a named port that a pod lacks is left out', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns, {
    ports: [
      { name: 'web', port: 80, targetPort: 'http' },
      { name: 'more', port: 81, targetPort: 'none' },
    ],
  })
  await pod(ns, 'a', {}, [{ name: 'http', containerPort: 8080 }])
  expect((await slice(ns, 1)).ports).toEqual([{ name: 'web', port: 8080, protocol: 'TCP' }])
})

test('ports that change change the slices', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns)
  await pod(ns, 'a')
  await slice(ns, 1)
  await merge(core(ns, 'services/web'), {
    spec: { ports: [{ port: 81, targetPort: 6379, protocol: 'TCP' }] },
  })
  await slices(ns, (all) => all.length === 1 && all[0].ports[0].port === 6379)
})

test('a selector that changes changes the endpoints', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns)
  await pod(ns, 'a')
  await slice(ns, 1)
  await merge(core(ns, 'pods/a'), { metadata: { labels: { app: 'other' } } })
  await slices(ns, ([one]) => (one.endpoints ?? []).length === 0)
  await merge(core(ns, 'services/web'), { spec: { selector: { app: 'other' } } })
  await slice(ns, 1)
})

test('labels of the Service are on the slices', async () => {
  const ns = await namespace()
  await service(ns, {}, { labels: { team: 'a' } })
  await slices(ns, ([one]) => one?.metadata.labels.team === 'a')
  await merge(core(ns, 'services/web'), { metadata: { labels: { team: 'b' } } })
  await slices(ns, ([one]) => one?.metadata.labels.team === 'b')
})

test('slices that are deleted come back; those of a deleted Service go', async () => {
  const ns = await namespace()
  await service(ns)
  const [one] = await slices(ns, (all) => all.length === 1)
  await api.delete(discovery(ns, `endpointslices/${one.metadata.name}`))
  const [next] = await slices(ns, (all) => all.length === 1 && all[0].metadata.uid !== one.metadata.uid)
  await api.delete(core(ns, 'services/web'))
  await gone(discovery(ns, `endpointslices/${next.metadata.name}`))
})

test('no Service with a selector, no slices', async () => {
  const ns = await namespace()
  await service(ns, { selector: null })
  await service(ns, { type: 'ExternalName', externalName: 'example.com' }, { name: 'alias' })
  await service(ns, {}, { name: 'last' })
  await slices(ns, (all) => all.length === 1, 'last')
  expect(await items(discovery(ns, 'endpointslices'))).toHaveLength(1)
})

test('more than a hundred endpoints are split', async () => {
  const ns = await namespace()
  await service(ns, { publishNotReadyAddresses: true })
  for (let i = 1; i <= 101; i++) {
    await pod(ns, `a-${i}`, { nodeName: 'case-node-1' })
    await merge(`${core(ns, `pods/a-${i}`)}/status`, {
      status: { podIP: `10.1.0.${i}`, podIPs: [{ ip: `10.1.0.${i}` }] },
    })
  }
  const found = await slices(
    ns,
    (all) => all.reduce((sum, one) => sum + (one.endpoints ?? []).length, 0) === 101,
  )
  expect(found).toHaveLength(2)
  for (const one of found) expect(one.endpoints.length).toBeLessThanOrEqual(100)
})

test('Endpoints have the same addresses, ready or not', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('b')
  await service(ns, { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }, { labels: { team: 'a' } })
  await pod(ns, 'a')
  await pod(ns, 'b')
  const found = await settled(
    core(ns, 'endpoints/web'),
    ({ subsets }) => subsets?.[0]?.addresses?.length === 1 && subsets[0].notReadyAddresses?.length === 1,
  )
  expect(sheet(found, { [ns]: 'NS' }).replace(/10\.244\.9\.\d/g, '<ip>')).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Endpoints
    metadata:
      annotations:
        endpoints.kubernetes.io/last-change-trigger-time: <time>
      creationTimestamp: <time>
      labels:
        endpoints.kubernetes.io/managed-by: endpoint-controller
        team: a
      name: web
      namespace: NS
      resourceVersion: <version>
      uid: <uid>
    subsets:
      - addresses:
          - ip: <ip>
            nodeName: <node>
            targetRef:
              kind: Pod
              name: a
              namespace: NS
              uid: <uid>
        notReadyAddresses:
          - ip: <ip>
            nodeName: <node>
            targetRef:
              kind: Pod
              name: b
              namespace: NS
              uid: <uid>
        ports:
          - name: http
            port: 8080
            protocol: TCP"
  `)
  kubelet.slow.add('a')
  await kubelet.look()
  await settled(core(ns, 'endpoints/web'), ({ subsets }) => subsets?.[0]?.addresses === undefined)
})

test('Endpoints without pods', async () => {
  const ns = await namespace()
  await service(ns)
  expect(sheet(await settled(core(ns, 'endpoints/web'), () => true), { [ns]: 'NS' })).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Endpoints
    metadata:
      annotations:
        endpoints.kubernetes.io/last-change-trigger-time: <time>
      creationTimestamp: <time>
      labels:
        endpoints.kubernetes.io/managed-by: endpoint-controller
      name: web
      namespace: NS
      resourceVersion: <version>
      uid: <uid>"
  `)
})

test('Endpoints of a Service with two ports, named and not reachable everywhere', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await service(ns, {
    ports: [
      { name: 'a', port: 80, targetPort: 'http' },
      { name: 'b', port: 81 },
    ],
  })
  await pod(ns, 'one', {}, [{ name: 'http', containerPort: 8080 }])
  await pod(ns, 'two')
  const found = await until(async () => {
    const { subsets } = (await api.get(core(ns, 'endpoints/web'))).body
    const all = (subsets ?? []).flatMap((s: Json) => s.addresses ?? [])
    return new Set(all.map((a: Json) => a.targetRef.name)).size === 2 && subsets
  })
  const lines = found.map(
    (s: Json) =>
      `${(s.addresses ?? []).map((a: Json) => a.targetRef.name).join()} ${s.ports
        .map((p: Json) => `${p.name}:${p.port}`)
        .sort()
        .join()}`,
  )
  expect(lines.sort()).toMatchInlineSnapshot(`
    [
      "one a:8080",
      "one,two b:81",
    ]
  `)
})

test('Endpoints go with their Service', async () => {
  const ns = await namespace()
  await service(ns)
  await settled(core(ns, 'endpoints/web'), () => true)
  await api.delete(core(ns, 'services/web'))
  await gone(core(ns, 'endpoints/web'))
})
