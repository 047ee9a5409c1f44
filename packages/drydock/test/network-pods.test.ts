import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createClient, resources, silentLog, systemClock } from '@orlop/kube'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startApiServer } from '../src/apiserver/server.ts'
import { dialThrough } from '../src/network/dial-through.ts'
import { type Network, startNetwork } from '../src/network/network.ts'
import { claimRanges, doorAddressOf, nodeRange, type Ranges, releaseRanges } from '../src/network/ranges.ts'
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

/** Every interface, namespace and table that belongs to a network. */
async function leftOf(prefix: string): Promise<string> {
  const list = spawn('sh', ['-c', 'ip -o link; ip netns; ip route; nft list tables'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const all = await text(list.stdout)
  return all
    .split('\n')
    .filter((line) => new RegExp(`\\b${prefix}(dns|b\\d|p\\d|faults|services|policies)`).test(line))
    .join('\n')
}

const noAnswer = 'no answer'

describe('pods on two nodes', () => {
  let harbour: Harbour
  let network: Network
  let a: TestPod
  let b: TestPod
  let c: TestPod

  beforeAll(async () => {
    harbour = await startHarbour()
    network = harbour.network
    a = await startPod(network, 'one', 'a')
    b = await startPod(network, 'one', 'b')
    c = await startPod(network, 'two', 'c')
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await harbour.close()
  })

  test('reach each other, on one node and across nodes, with their own addresses', async () => {
    expect(await ask(a, b.ip)).toBe(`b hello ${a.ip}`)
    expect(await ask(a, c.ip)).toBe(`c hello ${a.ip}`)
    expect(await ask(c, a.ip)).toBe(`a hello ${c.ip}`)
  })

  test('are reached from beside the nodes', async () => {
    expect(await askFromHere(a.ip)).toBe(`a hello ${network.besideAddress}`)
    expect(await askFromHere(c.ip)).toBe(`c hello ${network.besideAddress}`)
  })

  test('a pod that is cut off reaches nobody until it is healed', async () => {
    await network.faults.partition('b')
    expect(await ask(a, b.ip, 400)).toBe(noAnswer)
    expect(await ask(b, c.ip, 400)).toBe(noAnswer)
    expect(await ask(a, c.ip)).toBe(`c hello ${a.ip}`)
    await network.faults.heal('b')
    expect(await eventually(async () => (await ask(a, b.ip)) !== noAnswer)).toBe(true)
    expect(await ask(b, c.ip)).toBe(`c hello ${b.ip}`)
  })

  test('a node that is cut off keeps what runs on it together', async () => {
    await network.faults.partition('one')
    expect(await ask(a, c.ip, 400)).toBe(noAnswer)
    expect(await ask(c, a.ip, 400)).toBe(noAnswer)
    expect(await askFromHere(a.ip, { ms: 400 })).toBe(noAnswer)
    expect(await ask(a, b.ip)).toBe(`b hello ${a.ip}`)
    const own = network.nodeAddresses.get('one') ?? ''
    expect(await askFromHere(a.ip, { localAddress: own })).toBe(`a hello ${own}`)
    await network.faults.heal('one')
    expect(await ask(a, c.ip)).toBe(`c hello ${a.ip}`)
    expect(await askFromHere(a.ip)).toBe(`a hello ${network.besideAddress}`)
  })

  test.each([
    ['one node', () => b],
    ['two nodes', () => c],
  ])('two pods on %s can be kept from each other alone', async (_, other) => {
    const { uid, ip } = other()
    await network.faults.blockBetween('a', uid)
    expect(await ask(a, ip, 400)).toBe(noAnswer)
    expect(await ask(other(), a.ip, 400)).toBe(noAnswer)
    expect(await askFromHere(ip)).toBe(`${uid} hello ${network.besideAddress}`)
    expect(await ask(b, c.ip)).toBe(`c hello ${b.ip}`)
    await network.faults.unblock(uid, 'a')
    expect(await ask(a, ip)).toBe(`${uid} hello ${a.ip}`)
  })

  test('what one pod sends to another can be lost while what comes back is heard', async () => {
    await network.faults.blockOneWay('a', 'c')
    // A connection needs both ways.
    expect(await ask(a, c.ip, 400)).toBe(noAnswer)
    expect(await ask(c, a.ip, 400)).toBe(noAnswer)
    const word = hear(a)
    const said = sayTo(c, a)
    expect(await word).toBe('heard')
    said.kill('SIGKILL')
    expect(await ask(b, c.ip)).toBe(`c hello ${b.ip}`)
    await network.faults.unblock('c', 'a')
    expect(await ask(a, c.ip)).toBe(`c hello ${a.ip}`)
  })

  test('two nodes can be kept from each other, and both are in reach of others', async () => {
    await network.faults.blockBetween('one', 'two')
    expect(await ask(a, c.ip, 400)).toBe(noAnswer)
    expect(await ask(a, b.ip)).toBe(`b hello ${a.ip}`)
    expect(await askFromHere(c.ip)).toBe(`c hello ${network.besideAddress}`)
    expect(network.faults.nodeReachable('one')).toBe(true)
    await network.faults.unblock('one', 'two')
    await network.faults.partition('one')
    expect(network.faults.nodeReachable('one')).toBe(false)
    await network.faults.heal('one')
    expect(await ask(a, c.ip)).toBe(`c hello ${a.ip}`)
  })

  /** Resolves with what the pod hears by UDP, where nothing has to come back. */
  async function hear(pod: TestPod): Promise<string> {
    const script = `const s = require('dgram').createSocket('udp4')
      s.on('message', (data) => { console.log(String(data)); process.exit() }); s.bind(7002)`
    return (await outputOf(inside(pod.netns, script))).trim()
  }

  const sayTo = (from: TestPod, to: TestPod) =>
    inside(
      from.netns,
      `const s = require('dgram').createSocket('udp4'); s.on('error', () => {})
       setInterval(() => s.send('heard', 7002, '${to.ip}', () => {}), 30)`,
    )

  test('what is neither a node nor a pod cannot be cut off', async () => {
    await expect(network.faults.partition('nobody')).rejects.toMatchObject({ code: 'UnknownTarget' })
    await expect(network.faults.blockBetween('a', 'nobody')).rejects.toMatchObject({ code: 'UnknownTarget' })
    await expect(network.attach({ uid: 'x', namespace: 'default', name: 'x' }, 'nine')).rejects.toMatchObject(
      {
        code: 'UnknownNode',
      },
    )
  })

  test('a Service is reached by its address from pods of both nodes, from its own pod and from beside', async () => {
    const { client } = harbour
    const service = await client.create(resources.services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'b', namespace: 'default' },
      spec: { ports: [{ port: 7000 }] },
    })
    await client.create(resources.endpointSlices, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'b', namespace: 'default', labels: { 'kubernetes.io/service-name': 'b' } },
      addressType: 'IPv4',
      ports: [{ port: 7000, protocol: 'TCP' }],
      endpoints: [{ addresses: [b.ip], conditions: { ready: true } }],
    })
    const address = service.spec?.clusterIP ?? ''
    await eventually(async () => (await askFromHere(address, { ms: 300 })).startsWith('b hello'))
    expect(await ask(a, address)).toBe(`b hello ${a.ip}`)
    expect(await ask(c, address)).toBe(`b hello ${c.ip}`)
    expect(await ask(b, address)).toMatch(/^b hello /)
    // A pair that is kept apart is so by way of a Service, too.
    await network.faults.blockBetween('a', 'b')
    expect(await ask(a, address, 400)).toBe(noAnswer)
    await network.faults.unblock('a', 'b')
    const socket = await dialThrough(harbour.dialSocket, `${address}:7000`)
    socket.end('through')
    expect(await text(socket)).toBe(`b through ${doorAddressOf(network.ranges)}`)
  })

  describe('the socket into the network', () => {
    const dial = (address: string): Promise<Socket> => dialThrough(harbour.dialSocket, address)

    test('passes bytes both ways and lets each direction end by itself', async () => {
      const socket = await dial(`${c.ip}:7000`)
      const long = 'x'.repeat(300_000)
      socket.end(long)
      expect(await text(socket)).toBe(`c ${long} ${doorAddressOf(network.ranges)}`)
    })

    test.each(['127.0.0.1:7000', '8.8.8.8:53', 'localhost:1', '', '10.244.1.1', '10.244.0.1:70000'])(
      'refuses %j',
      async (address) => {
        await expect(dial(address)).rejects.toMatchObject({ code: 'DialRefused' })
      },
    )

    test('says that nobody listens', async () => {
      await expect(dial(`${a.ip}:7999`)).rejects.toMatchObject({ code: 'DialRefused' })
    })

    test('is for its owner alone', async () => {
      expect((await stat(harbour.dialSocket)).mode & 0o777).toBe(0o600)
    })
  })

  test('a pod that is attached twice keeps its address, one that is detached twice is gone', async () => {
    const pod = { uid: 'd', namespace: 'default', name: 'd' }
    const [first, second] = await Promise.all([network.attach(pod, 'two'), network.attach(pod, 'two')])
    expect(second).toEqual(first)
    await Promise.all([network.detach('d'), network.detach('d')])
    await expect(stat(first.netns)).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await network.attach(pod, 'two')).ip).not.toBe(first.ip)
    await network.detach('d')
  })

  test('two networks live side by side, and the one that stops leaves nothing and harms nobody', async () => {
    const other = await startHarbour()
    try {
      expect(other.network.ranges.prefix).not.toBe(network.ranges.prefix)
      const pod = await startPod(other.network, 'one', 'there')
      expect(await askFromHere(pod.ip)).toBe(`there hello ${other.network.besideAddress}`)
      await other.network.faults.partition('two')
      expect(await leftOf(other.network.ranges.prefix)).not.toBe('')
    } finally {
      await other.close()
    }
    expect(await leftOf(other.network.ranges.prefix)).toBe('')
    expect(await ask(a, c.ip)).toBe(`c hello ${a.ip}`)
  })
})

describe('without a network', () => {
  const claimed: Ranges[] = []
  afterEach(async () => {
    for (const ranges of claimed.splice(0)) await releaseRanges(ranges)
  })

  test('those who claim at once get different ranges', async () => {
    claimed.push(...(await Promise.all([claimRanges(), claimRanges(), claimRanges()])))
    expect(new Set(claimed.map(({ pods }) => pods)).size).toBe(3)
  })

  test('a network keeps the addresses that pods are known by from others, and leaves nothing when its signal aborts', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'harbour-'))
    const api = await startApiServer({
      stateDir,
      socketPath: join(stateDir, 'api.sock'),
      token: 't',
      log: silentLog,
      clock: systemClock,
    })
    const client = createClient(api.config)
    const ending = new AbortController()
    const ranges = await claimRanges()
    const known = nodeRange(ranges, 0).gateway.replace(/1$/, '2')
    const pod = await client.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'former', namespace: 'default' },
      spec: { nodeName: 'one', containers: [{ name: 'c', image: 'i' }] },
    })
    await client.patch(
      resources.pods,
      { namespace: 'default', name: 'former' },
      { type: 'merge', body: { status: { podIP: known } } },
      { subresource: 'status' },
    )
    const network = await startNetwork({
      client,
      nodes: ['one'],
      ranges,
      log: silentLog,
      clock: systemClock,
      signal: ending.signal,
    })
    const taken = await network.attach({ uid: 'a', namespace: 'default', name: 'a' }, 'one')
    expect(taken.ip).not.toBe(known)
    const uid = pod.metadata.uid ?? ''
    expect((await network.attach({ uid, namespace: 'default', name: 'former' }, 'one')).ip).not.toBe(taken.ip)
    expect(await readFile('/proc/net/route', 'utf8')).toContain(`${ranges.prefix}b1`)
    ending.abort()
    await network.stop()
    expect(await leftOf(ranges.prefix)).toBe('')
    await client.close()
    await api.close()
    await rm(stateDir, { recursive: true, force: true })
  })
})
