import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../testing/server.ts'
import { withConnection } from './connection.ts'

let dir: string
let ca: string
let server: TestServer

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'orlop-tls-'))
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')]
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  await promisify(execFile)('openssl', [
    ...request,
    '-subj',
    '/CN=cache',
    '-addext',
    'subjectAltName=DNS:cache',
    '-keyout',
    key,
    '-out',
    cert,
  ])
  ca = await readFile(cert, 'utf8')
  const files = [`tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`]
  server = await startServer({
    config: (port) => ['port 0', `tls-port ${port}`, 'tls-auth-clients no', ...files],
    login: { tls: { ca, servername: 'cache' } },
  })
})
afterAll(async () => {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
})

test('a server with a certificate that the target trusts is spoken to', async () => {
  expect((await withConnection(server.target, {}, (redis) => redis.role())).role).toBe('primary')
})

test('one that it does not trust, or of another name, is not', async () => {
  const stranger = { ...server.target, tls: { servername: 'cache' } }
  const misnamed = { ...server.target, tls: { ca, servername: 'other' } }
  await expect(withConnection(stranger, {}, (redis) => redis.role())).rejects.toMatchObject({ code: 'Tls' })
  await expect(withConnection(misnamed, {}, (redis) => redis.role())).rejects.toMatchObject({ code: 'Tls' })
})

test('speaking plainly to it is an error, and so is TLS to a plain server', async () => {
  const { host, port } = server.target
  await expect(withConnection({ host, port }, {}, (redis) => redis.role())).rejects.toMatchObject({
    code: 'Closed',
  })
  const plain = await startServer()
  try {
    const target = { ...plain.target, tls: { ca } }
    await expect(
      withConnection(target, { connectTimeout: 300 }, (redis) => redis.role()),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^(Tls|Closed|TimedOut)$/),
    })
  } finally {
    await plain.stop()
  }
})
