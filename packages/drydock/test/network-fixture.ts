/** An API server and a network of two nodes without anything else, and pods that are a network namespace with one process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Client, createClient, silentLog, systemClock } from '@orlop/kube'
import { startApiServer } from '../src/apiserver/server.ts'
import { type Network, startNetwork } from '../src/network/network.ts'
import { claimRanges } from '../src/network/ranges.ts'

export interface Harbour {
  readonly client: Client
  readonly network: Network
  readonly dialSocket: string
  close(): Promise<void>
}

export async function startHarbour(): Promise<Harbour> {
  const stateDir = await mkdtemp(join(tmpdir(), 'harbour-'))
  const ranges = await claimRanges()
  const api = await startApiServer({
    stateDir,
    socketPath: join(stateDir, 'api.sock'),
    token: 'a-token',
    serviceRange: ranges.services,
    log: silentLog,
    clock: systemClock,
  })
  const client = createClient(api.config)
  const dialSocket = join(stateDir, 'dial.sock')
  const network = await startNetwork({
    client,
    nodes: ['one', 'two'],
    ranges,
    dialSocket,
    log: silentLog,
    clock: systemClock,
    signal: new AbortController().signal,
  })
  return {
    client,
    network,
    dialSocket,
    async close() {
      await network.stop()
      await client.close()
      await api.close()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

export interface TestPod {
  readonly uid: string
  readonly ip: string
  readonly netns: string
}

export const children: Set<ChildProcess> = new Set()

export function inside(netns: string, script: string): ChildProcess {
  const child = spawn('nsenter', [`--net=${netns}`, process.execPath, '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  child.once('close', () => children.delete(child))
  return child
}

/** What the script writes, once it has ended. */
export const outputOf = (child: ChildProcess): Promise<string> =>
  child.stdout ? text(child.stdout) : Promise.resolve('')

/** A pod that says its name and whom it sees to everybody who has said something and ended, at ports 7000 and 7001. */
export async function startPod(
  network: Network,
  node: string,
  name: string,
  pod: { uid: string; namespace: string } = { uid: name, namespace: 'default' },
): Promise<TestPod> {
  const { ip, netns } = await network.attach({ ...pod, name }, node)
  const child = inside(
    netns,
    `const serve = (port) => new Promise((done) => require('net').createServer({allowHalfOpen: true}, (s) => {
       let heard = ''; s.on('error', () => {}); s.on('data', (d) => { heard += d })
       s.on('end', () => s.end('${name} ' + heard + ' ' + s.remoteAddress))
     }).listen(port, '0.0.0.0', done))
     serve(7000).then(() => serve(7001)).then(() => console.log('listening'))`,
  )
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
  return { uid: pod.uid, ip, netns }
}

export const asking = (ip: string, port = 7000, ms = 30_000): string =>
  `const s = require('net').connect(${port}, '${ip}'); const end = (t) => { console.log(t); process.exit() }
   let heard = ''; setTimeout(() => end('no answer'), ${ms}); s.on('error', () => end('no answer'))
   s.on('data', (d) => { heard += d }); s.on('end', () => end(heard)); s.end('hello')`

/** What a pod hears from an address. */
export const ask = async (from: TestPod, ip: string, ms?: number, port = 7000): Promise<string> =>
  (await outputOf(inside(from.netns, asking(ip, port, ms)))).trim()

/** What a process beside the nodes hears. */
export function askFromHere(
  ip: string,
  o: { localAddress?: string; ms?: number; port?: number } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: ip,
      port: o.port ?? 7000,
      ...(o.localAddress ? { localAddress: o.localAddress } : {}),
    })
    let heard = ''
    socket.setTimeout(o.ms ?? 30_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
    })
    socket.on('error', () => resolve('no answer'))
    socket.on('end', () => resolve(heard))
    socket.end('hello')
  })
}
