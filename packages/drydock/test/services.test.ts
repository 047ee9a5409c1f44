import { Resolver } from 'node:dns/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { type EndpointSlice, type Pod, resources, type Service } from '@orlop/kube'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDrydock, type Drydock } from '../src/drydock.ts'
import { eventually, isReady } from './node-fixture.ts'

const namespace = 'default'
const pods = ['one', 'two'] as const

let folder: string
let drydock: Drydock
let addresses: Record<(typeof pods)[number], string>

beforeAll(async () => {
  folder = await mkdtemp('/tmp/services-')
  drydock = await createDrydock({ stateDir: folder })
  const [one, two] = await Promise.all(pods.map(createRedis))
  addresses = { one: one ?? '', two: two ?? '' }
})

afterAll(async () => {
  await drydock.stop()
  await rm(folder, { recursive: true, force: true })
})

afterEach(async () => {
  for (const resource of [resources.services, resources.endpointSlices]) {
    const name = 'cache'
    await drydock.client.delete(resource, { namespace, name }).catch(() => undefined)
  }
})

describe('a Service', () => {
  test('without an endpoint that is ready refuses, and is served as soon as one is', async () => {
    const { host } = await createService()
    await setEndpoints({ [addresses.one]: { ready: false } })
    await eventually(async () => (await ask(host, 'GET name')) === 'ECONNREFUSED')
    await setEndpoints({ [addresses.one]: { ready: true } })
    await eventually(async () => (await ask(host, 'GET name')) === 'one')
  })

  test('spreads new connections over its ready endpoints, also at the port of the node', async () => {
    const { host, nodePort } = await createService()
    await setEndpoints({ [addresses.one]: { ready: true }, [addresses.two]: { ready: true } })
    const [node = ''] = drydock.network.nodeAddresses.values()
    for (const [at, port] of [
      [host, 6379],
      [node, nodePort],
    ] as const) {
      const seen = new Set<string>()
      await eventually(async () => seen.add(await ask(at, 'GET name', port)).has('one') && seen.has('two'))
    }
  })

  test('keeps an open connection to an endpoint that is not ready any more', async () => {
    const { host } = await createService()
    await setEndpoints({ [addresses.one]: { ready: true } })
    const held = await holdConnection(host, 'one')
    await setEndpoints({ [addresses.one]: { ready: false }, [addresses.two]: { ready: true } })
    await eventually(async () => (await ask(host, 'GET name')) === 'two')
    expect(await held.say('GET name')).toBe('one')
    held.socket.destroy()
  })

  test('resets an open connection to an endpoint that went away', async () => {
    const { host } = await createService()
    await setEndpoints({ [addresses.one]: { ready: true } })
    const held = await holdConnection(host, 'one')
    await setEndpoints({ [addresses.two]: { ready: true } })
    await eventually(async () => (await ask(host, 'GET name')) === 'two')
    expect(await held.say('GET name')).toBe('ECONNRESET')
  })

  test('that lost its last endpoint resets open connections, too', async () => {
    const { host } = await createService()
    await setEndpoints({ [addresses.one]: { ready: true } })
    const held = await holdConnection(host, 'one')
    await setEndpoints({})
    await eventually(async () => (await ask(host, 'GET name')) === 'ECONNREFUSED')
    expect(await held.say('GET name')).toBe('ECONNRESET')
  })

  test('without a selector is served by the Endpoints that somebody writes for it, as long as they are there', async () => {
    const { host } = await createService()
    const metadata = { namespace, name: 'cache' }
    const ports = [{ name: 'redis', port: 6379 }]
    const write = (ip: string) => {
      const subsets = [{ addresses: [{ ip }], ports }]
      const object = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets }
      return drydock.client.apply(resources.endpoints, object, { fieldManager: 'test', force: true })
    }
    await write(addresses.one)
    await eventually(async () => (await ask(host, 'GET name')) === 'one')
    await write(addresses.two)
    await eventually(async () => (await ask(host, 'GET name')) === 'two')
    await drydock.client.delete(resources.endpoints, metadata)
    await eventually(async () => (await ask(host, 'GET name')) === 'ECONNREFUSED')
  })

  test('that comes gets an address that none had a moment ago', async () => {
    const { host } = await createService()
    await drydock.client.delete(resources.services, { namespace, name: 'cache' })
    expect((await createService()).host).not.toBe(host)
  })

  test('leaves the open connections of others alone when it comes, changes and goes', async () => {
    const { host } = await createService()
    await setEndpoints({ [addresses.one]: { ready: true } })
    const held = await holdConnection(host, 'one')
    const other = await drydock.client.create(resources.services, service('other'))
    await eventually(async () => (await ask(other.spec?.clusterIP ?? '', 'PING')) === 'ECONNREFUSED')
    await drydock.client.delete(resources.services, { namespace, name: 'other' })
    await eventually(async () => (await ask(other.spec?.clusterIP ?? '', 'PING')) !== 'ECONNREFUSED')
    expect(await held.say('GET name')).toBe('one')
    held.socket.destroy()
  })
})

describe('a name', () => {
  test('of a Service leads to its address, one of a headless Service to the pods that are ready', async () => {
    const { host } = await createService()
    await eventually(async () => (await lookUp('cache.default.svc.cluster.local')) === host)
    await drydock.client.delete(resources.services, { namespace, name: 'cache' })
    await createService({ clusterIP: 'None' })
    await setEndpoints({ [addresses.one]: { ready: true }, [addresses.two]: { ready: false } })
    await eventually(async () => (await lookUp('cache.default.svc.cluster.local')) === addresses.one)
    await setEndpoints({ [addresses.one]: { ready: true }, [addresses.two]: { ready: true } })
    const both = [addresses.one, addresses.two].sort().join()
    await eventually(async () => (await lookUp('cache.default.svc.cluster.local')) === both)
  })

  test('of a pod is its host name below its headless Service, and SRV records tell the ports', async () => {
    await createService({ clusterIP: 'None' })
    await setEndpoints({
      [addresses.one]: { ready: true, hostname: 'cache-0' },
      [addresses.two]: { ready: true },
    })
    const dashed = addresses.two.replaceAll('.', '-')
    await eventually(async () => (await lookUp('cache-0.cache.default.svc.cluster.local')) === addresses.one)
    expect(await lookUp(`${dashed}.cache.default.svc.cluster.local`)).toBe(addresses.two)
    const records = await resolver().resolveSrv('_redis._tcp.cache.default.svc.cluster.local')
    expect(records.map(({ name, port }) => `${name}:${port}`).sort()).toEqual([
      `${dashed}.cache.default.svc.cluster.local:6379`,
      'cache-0.cache.default.svc.cluster.local:6379',
    ])
  })

  test('that exists has no IPv6 address, and one that does not exist is refused at once', async () => {
    await createService()
    await eventually(() => lookUp('cache.default.svc.cluster.local'))
    const failure = (asked: Promise<unknown>): Promise<string> =>
      asked.then(String, (error: NodeJS.ErrnoException) => error.code ?? '')
    expect(await failure(resolver().resolve6('cache.default.svc.cluster.local'))).toBe('ENODATA')
    expect(await failure(resolver().resolve4('nobody.default.svc.cluster.local'))).toBe('ENOTFOUND')
    expect(await failure(resolver().resolve4('example.com'))).toBe('ENOTFOUND')
  })
})

function service(name: string, spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { ports: [{ name: 'redis', port: 6379 }], ...spec },
  }
}

async function createService(spec: Partial<Service['spec']> = { type: 'NodePort' }) {
  const made = await drydock.client.create(resources.services, service('cache', spec))
  return { host: made.spec?.clusterIP ?? '', nodePort: made.spec?.ports?.[0]?.nodePort ?? 0 }
}

type Endpoints = Readonly<Record<string, { ready: boolean; hostname?: string }>>

/** By hand: the Service has no selector. */
async function setEndpoints(endpoints: Endpoints): Promise<void> {
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: 'cache', labels: { 'kubernetes.io/service-name': 'cache' } },
    addressType: 'IPv4',
    ports: [{ name: 'redis', port: 6379, protocol: 'TCP' }],
    endpoints: Object.entries(endpoints).map(([address, { ready, hostname }]) => ({
      addresses: [address],
      conditions: { ready },
      ...(hostname === undefined ? {} : { hostname }),
    })),
  }
  await drydock.client.apply(resources.endpointSlices, slice, { fieldManager: 'test', force: true })
}

/** A Redis that knows its pod's name; resolves with its address. */
async function createRedis(name: string): Promise<string> {
  const command = ['redis-server', '--save', '', '--protected-mode', 'no']
  await drydock.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'redis', image: 'redis:7.2', command }] },
  })
  const get = (): Promise<Pod> => drydock.client.get(resources.pods, { namespace, name })
  const pod = await eventually(async () => {
    const seen = await get()
    return isReady(seen) && seen
  }, get)
  const address = pod.status?.podIP ?? ''
  await eventually(async () => (await ask(address, `SET name ${name}`)) === 'OK')
  return address
}

/** One command over a connection of its own; the answer, or the code of the error, or `silence` after half a second. */
async function ask(host: string, command: string, port = 6379): Promise<string> {
  const socket = connect({ host, port })
  try {
    return await say(socket, command)
  } finally {
    socket.destroy()
  }
}

/** A connection to the Service that leads to this pod: the rules of a Service that had the address before may still be in place. */
async function holdConnection(host: string, pod: string) {
  const socket = await eventually(async () => {
    const opened = connect({ host, port: 6379 })
    if ((await say(opened, 'GET name')) === pod) return opened
    opened.destroy()
    return undefined
  })
  return { socket, say: (command: string) => say(socket, command, 30_000) }
}

function say(socket: Socket, command: string, patience = 500): Promise<string> {
  return new Promise((resolve) => {
    const finish = (answer: string): void => {
      clearTimeout(timer)
      socket.off('data', onData)
      resolve(answer)
    }
    const onData = (data: Buffer): void =>
      finish(data.toString().trim().split('\r\n').at(-1)?.replace(/^\+/, '') ?? '')
    const timer = setTimeout(() => finish('silence'), patience)
    socket.on('data', onData)
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? ''))
    socket.write(`${command}\r\n`)
  })
}

function resolver(): Resolver {
  const own = new Resolver({ timeout: 10_000, tries: 2 })
  own.setServers([drydock.network.dnsAddress])
  return own
}

async function lookUp(name: string): Promise<string> {
  return (await resolver().resolve4(name)).sort().join()
}
