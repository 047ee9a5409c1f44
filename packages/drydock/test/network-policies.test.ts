import { text } from 'node:stream/consumers'
import { type KubeObject, type NetworkPolicy, type Pod, type Resource, resources } from '@orlop/kube'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dialThrough } from '../src/network/dial-through.ts'
import {
  ask,
  askFromHere,
  children,
  type Harbour,
  inside,
  outputOf,
  startHarbour,
  startPod,
  type TestPod,
} from './network-fixture.ts'
import { eventually } from './node-fixture.ts'

type Spec = NonNullable<NetworkPolicy['spec']>

/** How long to wait for an answer that must not come, in ms. */
const short = 1000
const noAnswer = 'no answer'

let harbour: Harbour
/** On node one, in namespace `default`. */
let cache: TestPod
/** On node one, in `default`. */
let web: TestPod
/** On node two, in `other`. */
let far: TestPod

beforeAll(async () => {
  harbour = await startHarbour()
  await createNamespace('other', { team: 'blue' })
  cache = await createPod('one', 'default', 'cache', { app: 'cache' })
  web = await createPod('one', 'default', 'web', { app: 'web' })
  far = await createPod('two', 'other', 'far', { app: 'web' })
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await harbour.close()
})
afterEach(async () => {
  for (const namespace of ['default', 'other']) {
    const { items } = await harbour.client.list(resources.networkPolicies, { namespace })
    for (const { metadata } of items) await harbour.client.delete(resources.networkPolicies, metadata)
  }
  await opens(web, cache)
  await opens(far, cache)
  await opens(cache, far)
})

const target = { podSelector: { matchLabels: { app: 'cache' } } }

describe('a policy', () => {
  test('that allows nothing keeps everybody out but the pod itself and its own node, until it is gone', async () => {
    const closed = await apply('deny', target)
    await shuts(web, cache)
    await shuts(far, cache)
    expect(await askFromHere(cache.ip, { ms: short })).toBe(noAnswer)
    expect(await ask(cache, cache.ip)).toBe(`cache hello ${cache.ip}`)
    const own = harbour.network.nodeAddresses.get('one') ?? ''
    expect(await askFromHere(cache.ip, { localAddress: own })).toBe(`cache hello ${own}`)
    const foreign = harbour.network.nodeAddresses.get('two') ?? ''
    expect(await askFromHere(cache.ip, { localAddress: foreign, ms: short })).toBe(noAnswer)
    // Others, and what the pod itself begins, are not its business.
    expect(await ask(far, web.ip)).toBe(`web hello ${far.ip}`)
    expect(await ask(cache, web.ip)).toBe(`web hello ${cache.ip}`)
    await harbour.client.delete(resources.networkPolicies, closed.metadata)
    await opens(web, cache)
    await opens(far, cache)
  })

  test('lets in pods of its own namespace by their labels, also after those change', async () => {
    await apply('web', {
      ...target,
      ingress: [
        { from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] } }] },
      ],
    })
    await shuts(far, cache)
    expect(await ask(web, cache.ip)).toBe(`cache hello ${web.ip}`)
    await label(resources.pods, { namespace: 'default', name: 'web' }, { app: 'none' })
    await shuts(web, cache)
    await label(resources.pods, { namespace: 'default', name: 'web' }, { app: 'web' })
    await opens(web, cache)
  })

  test('lets in pods of other namespaces by the labels of both, also after those of the namespace change', async () => {
    await apply('blue', {
      ...target,
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { team: 'blue' } },
              podSelector: { matchLabels: { app: 'web' } },
            },
          ],
        },
      ],
    })
    await shuts(web, cache)
    expect(await ask(far, cache.ip)).toBe(`cache hello ${far.ip}`)
    await label(resources.namespaces, { name: 'other' }, { team: 'red' })
    await shuts(far, cache)
    await label(resources.namespaces, { name: 'other' }, { team: 'blue' })
    await opens(far, cache)
  })

  test('lets in at ports by number, range and name', async () => {
    await apply('port', { ...target, ingress: [{ ports: [{ port: 'second' }] }] })
    await shuts(web, cache)
    expect(await ask(web, cache.ip, undefined, 7001)).toBe(`cache hello ${web.ip}`)
    await apply('port', { ...target, ingress: [{ ports: [{ port: 6990, endPort: 7000 }] }] })
    await opens(web, cache)
    expect(await ask(web, cache.ip, short, 7001)).toBe(noAnswer)
    // Together they allow what either allows.
    await apply('too', { ...target, ingress: [{ ports: [{ port: 7001 }] }] })
    await eventually(async () => (await ask(web, cache.ip, short, 7001)) !== noAnswer)
    expect(await ask(web, cache.ip)).toBe(`cache hello ${web.ip}`)
  })

  test('lets in blocks of addresses with exceptions', async () => {
    const except = [`${web.ip}/32`]
    await apply('block', { ...target, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except } }] }] })
    await shuts(web, cache)
    expect(await ask(far, cache.ip)).toBe(`cache hello ${far.ip}`)
    expect(await askFromHere(cache.ip)).toContain('cache hello')
  })

  test('for egress keeps a pod from others, and leaves answers to those who reach it', async () => {
    await apply('out', { ...target, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] })
    await shuts(cache, far)
    expect(await ask(cache, web.ip)).toBe(`web hello ${cache.ip}`)
    expect(await ask(far, cache.ip)).toBe(`cache hello ${far.ip}`)
  })

  test('for egress that allows the name service lets names be looked up, and else not', async () => {
    const kubeDns = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    }
    await apply('out', { ...target, policyTypes: ['Egress'] })
    await eventually(async () => (await lookUp(cache)) === 'ETIMEOUT')
    await apply('out', {
      ...target,
      policyTypes: ['Egress'],
      egress: [{ to: [kubeDns], ports: [{ port: 53, protocol: 'UDP' }] }],
    })
    await eventually(async () => (await lookUp(cache)) === 'ENOTFOUND')
  })
})

test('a Service is judged by the pods at both ends', async () => {
  const service = await harbour.client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'cache', namespace: 'default' },
    spec: { ports: [{ port: 7000 }] },
  })
  await harbour.client.create(resources.endpointSlices, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'cache', namespace: 'default', labels: { 'kubernetes.io/service-name': 'cache' } },
    addressType: 'IPv4',
    ports: [{ port: 7000, protocol: 'TCP' }],
    endpoints: [{ addresses: [cache.ip], conditions: { ready: true } }],
  })
  const ip = service.spec?.clusterIP ?? ''
  await eventually(async () => (await ask(web, ip, short)) === `cache hello ${web.ip}`)
  await apply('web', { ...target, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }] })
  await eventually(async () => (await ask(far, ip, short)) === noAnswer)
  expect(await ask(web, ip)).toBe(`cache hello ${web.ip}`)
  expect(await ask(cache, ip)).toMatch(/^cache hello /)
})

test('programs of this machine are outside of the cluster: a block lets them in, no selector does', async () => {
  const dial = async (): Promise<string> => {
    const socket = await dialThrough(harbour.dialSocket, `${cache.ip}:7000`)
    socket.end('through')
    return text(socket)
  }
  await apply('all', { ...target, ingress: [{ from: [{ namespaceSelector: {} }] }] })
  await eventually(async () =>
    dial().then(
      () => false,
      (error: unknown) => error instanceof Error && error.message.includes('does not answer'),
    ),
  )
  // What runs beside the nodes counts as a pod of orlop-system.
  expect(await askFromHere(cache.ip)).toContain('cache hello')
  await apply('all', { ...target, ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] })
  await eventually(async () => (await dial()).startsWith('cache through'))
})

test('a pod is held to its policies from its first packet on', async () => {
  await apply('deny', { podSelector: { matchLabels: { app: 'late' } } })
  const late = await createPod('two', 'default', 'late', { app: 'late' })
  expect(await ask(web, late.ip, short)).toBe(noAnswer)
  await harbour.network.detach(late.uid)
})

async function apply(name: string, spec: Spec): Promise<NetworkPolicy> {
  const metadata = { name, namespace: 'default' }
  const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }
  return harbour.client.apply(resources.networkPolicies, object, { fieldManager: 'test', force: true })
}

const opens = (from: TestPod, to: TestPod) =>
  eventually(async () => (await ask(from, to.ip, short)) !== noAnswer)
const shuts = (from: TestPod, to: TestPod) =>
  eventually(async () => (await ask(from, to.ip, short)) === noAnswer)

function label<T extends KubeObject>(
  resource: Resource<T>,
  where: { namespace?: string; name: string },
  labels: Record<string, string>,
): Promise<T> {
  return harbour.client.patch(resource, where, { type: 'merge', body: { metadata: { labels } } })
}

function createNamespace(name: string, labels: Record<string, string>) {
  const metadata = { name, labels }
  return harbour.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata })
}

async function createPod(
  node: string,
  namespace: string,
  name: string,
  labels: Record<string, string>,
): Promise<TestPod> {
  const ports = [
    { name: 'first', containerPort: 7000 },
    { name: 'second', containerPort: 7001 },
  ]
  const pod: Pod = await harbour.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { nodeName: node, containers: [{ name: 'c', image: 'i', ports }] },
  })
  return startPod(harbour.network, node, name, { uid: pod.metadata.uid ?? '', namespace })
}

async function lookUp(from: TestPod): Promise<string> {
  const script = `const r = new (require('dns').Resolver)({timeout: ${short}, tries: 1})
    r.setServers(['${harbour.network.dnsAddress}']); r.resolve4('nobody.cluster.local', (e) => console.log(e.code))`
  return (await outputOf(inside(from.netns, script))).trim()
}
