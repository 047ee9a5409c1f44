import { once } from 'node:events'
import { createServer, type Http2Server } from 'node:http2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grpcHealth } from './grpc-health.ts'

let server: Http2Server
let port: number
const ended = new AbortController()

/** Answers by the name of the service that is asked for. */
beforeAll(async () => {
  server = createServer()
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const service = Buffer.concat(chunks).subarray(7).toString()
      if (service === 'silent') return
      const known = headers[':path'] === '/grpc.health.v1.Health/Check' && service !== 'absent'
      const base = { ':status': 200, 'content-type': 'application/grpc' }
      if (!known)
        return void stream.respond(
          { ...base, 'grpc-status': '12', 'grpc-message': 'unknown%20service' },
          { endStream: true },
        )
      stream.respond(base, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from(service === 'sick' ? [0, 0, 0, 0, 2, 8, 2] : [0, 0, 0, 0, 2, 8, 1]))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(() => {
  ended.abort()
  server.close()
})

const check = (service: string, at = port, timeout = 60_000): Promise<unknown> =>
  grpcHealth({ host: '127.0.0.1', port: at, service }, timeout, ended.signal)

test('a server that serves is healthy, as a whole and by the name of a service', async () => {
  expect(await check('')).toEqual({ ok: true })
  expect(await check('cache')).toEqual({ ok: true })
})

test.each([
  ['sick', 'service unhealthy (responded with "NOT_SERVING")'],
  [
    'absent',
    'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service',
  ],
])('one that is %s is not', async (service, message) => {
  expect(await check(service)).toEqual({ ok: false, message })
})

test('one that does not answer in time is not, nor one that is not there', async () => {
  expect(await check('silent', port, 200)).toEqual({
    ok: false,
    message: 'timeout: health rpc did not complete within 0.2s',
  })
  expect(await check('', 1)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/^error: failed to connect service at "127.0.0.1:1": .*ECONNREFUSED/),
  })
})
