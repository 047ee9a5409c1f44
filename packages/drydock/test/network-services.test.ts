import { createSocket } from 'node:dgram'
import { type EndpointSlice, resources, type Service } from '@orlop/kube'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  ask,
  askFromHere,
  children,
  type Harbour,
  inside,
  startHarbour,
  startPod,
  type TestPod,
} from './network-fixture.ts'
import { eventually } from './node-fixture.ts'

const namespace = 'default'
const name = 'cache'
const noAnswer = 'no answer'

let harbour: Harbour
/** `a` and `b` run on node one, `c` on node two. */
let a: TestPod
let b: TestPod
let c: TestPod

beforeAll(async () => {
  harbour = await startHarbour()
  a = await startPod(harbour.network, 'one', 'a')
  b = await startPod(harbour.network, 'one', 'b')
  c = await startPod(harbour.network, 'two', 'c')
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await harbour.close()
})
afterEach(async () => {
  await harbour.client.delete(resources.services, { namespace, name })
  await harbour.client.delete(resources.endpointSlices, { namespace, name })
})

test('with affinity a client stays with its endpoint, and moves when that is gone', async () => {
  const { host } = await createService({ sessionAffinity: 'ClientIP' })
  await setEndpoints([b, 'one'], [c, 'two'])
  const first = await eventually(async () => speaker(await ask(a, host, 400)))
  for (let i = 0; i < 8; i++) expect(speaker(await ask(a, host))).toBe(first)
  await setEndpoints(first === 'b' ? [c, 'two'] : [b, 'one'])
  await eventually(async () => speaker(await ask(a, host, 400)) === (first === 'b' ? 'c' : 'b'))
})

test('with the internal policy Local a pod reaches the endpoints of its own node alone', async () => {
  const { host } = await createService({ internalTrafficPolicy: 'Local' })
  await setEndpoints([b, 'one'])
  await eventually(async () => speaker(await ask(a, host, 400)) === 'b')
  expect(await ask(c, host, 400)).toBe(noAnswer)
  await setEndpoints([b, 'one'], [c, 'two'])
  await eventually(async () => speaker(await ask(c, host, 400)) === 'c')
  for (let i = 0; i < 6; i++) expect(speaker(await ask(a, host))).toBe('b')
})

test('with the external policy Local the port of a node leads to the endpoints of that node alone', async () => {
  const { host, nodePort } = await createService({ type: 'NodePort', externalTrafficPolicy: 'Local' })
  await setEndpoints([c, 'two'])
  const [one = '', two = ''] = harbour.network.nodeAddresses.values()
  const fromHere = (at: string, port: number) => askFromHere(at, { ms: 400, port })
  await eventually(async () => speaker(await fromHere(two, nodePort)) === 'c')
  expect(await fromHere(one, nodePort)).toBe(noAnswer)
  // Inside of the cluster it is as any other Service.
  expect(speaker(await ask(a, host))).toBe('c')
  expect(speaker(await ask(a, one, undefined, nodePort))).toBe('c')
})

test('by UDP: a client that keeps speaking is given another endpoint when its own is gone', async () => {
  for (const [pod, word] of [
    [b, 'b'],
    [c, 'c'],
  ] as const) {
    const server = inside(
      pod.netns,
      `const s = require('dgram').createSocket('udp4'); s.on('message', (_, r) => s.send('${word}', r.port, r.address))
       s.bind(7000, () => console.log('bound'))`,
    )
    await new Promise<void>((resolve) => server.stdout?.once('data', () => resolve()))
  }
  const { host } = await createService({ ports: [{ port: 7000, protocol: 'UDP' }] })
  await setEndpoints([b, 'one'])
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  let heard = ''
  socket.on('message', (data) => {
    heard = data.toString()
  })
  const says = (word: string) =>
    eventually(async () => {
      socket.send('?', 7000, host, () => {})
      return heard === word
    })
  await says('b')
  await setEndpoints([c, 'two'])
  await says('c')
  // Nobody is there: whoever asks hears of it at once.
  await setEndpoints()
  const refused = new Promise<string>((resolve) =>
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')),
  )
  socket.connect(7000, host)
  const again = setInterval(() => socket.send('?'), 50)
  expect(await refused).toBe('ECONNREFUSED')
  clearInterval(again)
  socket.close()
})

const speaker = (answer: string): string => (answer === noAnswer ? '' : (answer.split(' ')[0] ?? ''))

async function createService(spec: Partial<NonNullable<Service['spec']>>) {
  const made = await harbour.client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { ports: [{ port: 7000 }], ...spec },
  })
  return { host: made.spec?.clusterIP ?? '', nodePort: made.spec?.ports?.[0]?.nodePort ?? 0 }
}

function setEndpoints(...pods: readonly (readonly [TestPod, string])[]): Promise<EndpointSlice> {
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ port: 7000 }],
    endpoints: pods.map(([{ ip }, nodeName]) => ({ addresses: [ip], nodeName, conditions: { ready: true } })),
  }
  return harbour.client.apply(resources.endpointSlices, slice, { fieldManager: 'test', force: true })
}
