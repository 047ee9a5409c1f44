import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Peer, startWebSocketServer } from '../testing/web-socket-server.ts'
import type { ConnectionConfig } from './connection.ts'
import { portForward } from './port-forward.ts'

let folder: string
let server: Server
let config: ConnectionConfig
let stop: AbortController

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forward-'))
  config = { server: 'http://localhost', socketPath: join(folder, 'sock') }
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

/** 6379, least significant byte first, as each channel begins. */
const port = [0xeb, 0x18]

async function forward(onPeer: (peer: Peer) => void): Promise<Duplex> {
  server = await startWebSocketServer(config.socketPath ?? '', onPeer, { protocol: 'v4.channel.k8s.io' })
  return portForward(config, { namespace: 'default', pod: 'redis-0', port: 6379, signal: stop.signal })
}

test('bytes go both ways, without what the channels begin with', async () => {
  let path = ''
  const stream = await forward((peer) => {
    path = peer.path
    peer.send(0, ...port)
    peer.send(1, ...port)
    peer.onMessage = (bytes) => {
      expect(bytes[0]).toBe(0)
      peer.send(0, ...Buffer.from(`+${bytes.subarray(1)}`))
      peer.close()
    }
  })
  stream.write('PONG')
  expect(await text(stream)).toBe('+PONG')
  expect(path).toBe('/api/v1/namespaces/default/pods/redis-0/portforward?ports=6379')
})

test('what goes wrong in the pod is an error of the stream', async () => {
  const stream = await forward((peer) => {
    peer.send(0, ...port)
    peer.send(1, ...port)
    peer.send(1, ...Buffer.from('connection refused'))
  })
  await expect(text(stream)).rejects.toMatchObject({ code: 'Unavailable', message: 'connection refused' })
})

test('a signal ends it', async () => {
  const stream = await forward(() => {})
  const read = text(stream)
  stop.abort()
  await expect(read).rejects.toMatchObject({ code: 'Aborted' })
})

test('destroying the stream closes the connection', async () => {
  const closed = Promise.withResolvers<void>()
  const stream = await forward(() => {})
  server.getConnections((_, before) => {
    expect(before).toBe(1)
    stream.destroy()
    const look = (): void => {
      server.getConnections((__, n) => (n === 0 ? closed.resolve() : setTimeout(look, 5)))
    }
    look()
  })
  await closed.promise
})
