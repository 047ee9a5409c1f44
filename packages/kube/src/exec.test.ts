import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sendStatus } from '../testing/index.ts'
import { type Peer, startWebSocketServer } from '../testing/web-socket-server.ts'
import type { ConnectionConfig } from './connection.ts'
import { type ExecOptions, exec } from './exec.ts'

let folder: string
let server: Server
let config: ConnectionConfig
let stop: AbortController
let stdout: PassThrough
let stderr: PassThrough

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exec-'))
  config = { server: 'http://localhost', socketPath: join(folder, 'sock'), token: 'secret' }
  stop = new AbortController()
  stdout = new PassThrough()
  stderr = new PassThrough()
})
afterEach(async () => {
  stop.abort()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const run = (o: Partial<ExecOptions> = {}): Promise<number> =>
  exec(config, {
    namespace: 'default',
    pod: 'redis-0',
    container: 'redis',
    command: ['redis-cli', 'SET', 'a b', '&'],
    stdout,
    stderr,
    signal: stop.signal,
    ...o,
  })

async function serve(onPeer: (peer: Peer) => void, protocol = 'v5.channel.k8s.io'): Promise<void> {
  server = await startWebSocketServer(config.socketPath ?? '', onPeer, { protocol })
}

const status = (peer: Peer, body: object): void => peer.send(3, ...Buffer.from(JSON.stringify(body)))
const failed = (code: number): object => ({
  kind: 'Status',
  status: 'Failure',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
})

test('what the command says comes back on its own stream, and its exit code', async () => {
  let asked: Peer | undefined
  await serve((peer) => {
    asked = peer
    peer.send(1, ...Buffer.from('OK'))
    peer.send(2, ...Buffer.from('warning'))
    status(peer, failed(3))
    peer.close()
  })
  expect(await run()).toBe(3)
  expect([stdout.read()?.toString(), stderr.read()?.toString()]).toEqual(['OK', 'warning'])
  const url = new URL(asked?.path ?? '', 'http://x')
  expect(url.pathname).toBe('/api/v1/namespaces/default/pods/redis-0/exec')
  expect(url.searchParams.getAll('command')).toEqual(['redis-cli', 'SET', 'a b', '&'])
  expect(asked?.headers.authorization).toBe('Bearer secret')
})

test('input is sent to its end, which the command is told', async () => {
  const received: Buffer[] = []
  await serve((peer) => {
    peer.onMessage = (bytes) => {
      if (bytes[0] === 0) received.push(bytes.subarray(1))
      if (bytes[0] === 255 && bytes[1] === 0) status(peer, { kind: 'Status', status: 'Success' })
    }
  })
  expect(await run({ stdin: Readable.from([Buffer.from('one '), Buffer.from('two')]) })).toBe(0)
  expect(Buffer.concat(received).toString()).toBe('one two')
})

test('a command that does not wait for its input leaves it alone', async () => {
  await serve((peer) => status(peer, { kind: 'Status', status: 'Success' }), 'v4.channel.k8s.io')
  const stdin = new PassThrough()
  expect(await run({ stdin })).toBe(0)
  expect(stdin.destroyed).toBe(false)
})

test('a command that cannot be run says why', async () => {
  await serve((peer) => status(peer, { status: 'Failure', reason: 'InternalError', message: 'no such file' }))
  await expect(run()).rejects.toMatchObject({ code: 'Internal', message: 'no such file' })
})

test('a refusal says why, though a WebSocket cannot', async () => {
  server = await startWebSocketServer(config.socketPath ?? '', () => {}, {
    protocol: '',
    refuse: (response) => sendStatus(response, 404, 'NotFound'),
  })
  await expect(run()).rejects.toMatchObject({ code: 'NotFound' })
})

test('a connection that breaks is not taken for success', async () => {
  await serve((peer) => {
    peer.send(1, ...Buffer.from('half'))
    peer.cut()
  })
  await expect(run()).rejects.toMatchObject({ code: 'Unavailable' })
})

test('a signal ends it', async () => {
  await serve(() => stop.abort())
  await expect(run()).rejects.toMatchObject({ code: 'Aborted' })
})

test('nobody listens', async () => {
  await serve(() => {})
  await expect(
    exec(
      { server: 'http://localhost', socketPath: join(folder, 'none') },
      {
        namespace: 'a',
        pod: 'b',
        command: ['c'],
        signal: stop.signal,
      },
    ),
  ).rejects.toMatchObject({ code: 'Unavailable' })
  expect(await text(stdout.end())).toBe('')
})
