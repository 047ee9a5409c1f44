import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { type Certificate, issueCertificate } from './issue.ts'

const day = 24 * 3600 * 1000
const now = Date.now()
const times = { notBefore: now - day, notAfter: now + 10 * 365 * day }
const authority = issueCertificate({
  commonName: 'drydock',
  names: ['localhost'],
  authority: undefined,
  ...times,
})
const served = issueCertificate({
  commonName: 'kube-apiserver',
  names: ['kubernetes.default.svc', '10.96.0.1'],
  authority,
  ...times,
})

test('an authority vouches for itself and for what it signs', () => {
  const [ca, leaf] = [new X509Certificate(authority.cert), new X509Certificate(served.cert)]
  expect([ca.ca, ca.verify(ca.publicKey), ca.subject]).toEqual([true, true, 'CN=drydock'])
  expect([leaf.ca, leaf.verify(ca.publicKey), leaf.checkIssued(ca)]).toEqual([false, true, true])
  expect(leaf.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
  expect(leaf.checkIP('10.96.0.1')).toBe('10.96.0.1')
  expect(leaf.checkIP('10.96.0.2')).toBeUndefined()
  expect(Date.parse(leaf.validTo)).toBeCloseTo(times.notAfter, -4)
})

test('one that only asks bears its group, and no names', () => {
  const asks = issueCertificate({
    commonName: 'system:node:node-1',
    organization: 'system:nodes',
    names: [],
    authority,
    ...times,
  })
  const leaf = new X509Certificate(asks.cert)
  expect([leaf.subject, leaf.subjectAltName]).toEqual(['O=system:nodes\nCN=system:node:node-1', undefined])
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
})

test('years from 2050 on are written with four digits', () => {
  const late = issueCertificate({
    commonName: 'x',
    names: ['x'],
    authority,
    ...times,
    notAfter: Date.UTC(2051, 0, 1),
  })
  expect(new X509Certificate(late.cert).validTo).toBe('Jan  1 00:00:00 2051 GMT')
})

test('a client that trusts the authority speaks to whoever shows what it signed, under its names alone', async () => {
  expect(await handshake(served, authority, 'kubernetes.default.svc')).toBe('welcome')
  expect(await handshake(served, authority, 'other')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  const stranger = issueCertificate({ commonName: 'drydock', names: ['x'], authority: undefined, ...times })
  expect(await handshake(served, stranger, 'kubernetes.default.svc')).not.toBe('welcome')
})

async function handshake(own: Certificate, trusted: Certificate, servername: string): Promise<string> {
  const server = createServer(own, (socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  const socket = connect({ port, host: '127.0.0.1', servername, ca: trusted.cert })
  const outcome = await new Promise<string>((resolve) => {
    socket.on('secureConnect', () => resolve('welcome'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  socket.destroy()
  server.close()
  return outcome
}
