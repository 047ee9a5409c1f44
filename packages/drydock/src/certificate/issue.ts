/** Makes X.509 certificates (RFC 5280) with keys on the curve P-256. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bits, identifier, integer, octets, part, plainPart, sequence, set, text, time, yes } from './der.ts'

export interface Certificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface Issue {
  readonly commonName: string
  /** The group of whom it is about, as Kubernetes reads it. */
  readonly organization?: string
  /** DNS names and IPv4 addresses it speaks for; none for one that only asks. */
  readonly names: readonly string[]
  /** Who signs; undefined for one that signs itself and may sign others. */
  readonly authority: Certificate | undefined
  /** ms since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'))

export function issueCertificate(o: Issue): Certificate {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signer = o.authority ? createPrivateKey(o.authority.key) : own.privateKey
  const spki = own.publicKey.export({ type: 'spki', format: 'der' })
  const body = sequence(
    part(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    o.authority ? subjectOf(o.authority) : named(o.commonName),
    sequence(time(o.notBefore), time(o.notAfter)),
    named(o.commonName, o.organization),
    spki,
    part(
      3,
      sequence(...extensions(o, spki, createPublicKey(signer).export({ type: 'spki', format: 'der' }))),
    ),
  )
  const signed = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, signer)))
  return {
    cert: new X509Certificate(signed).toString(),
    key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function extensions({ authority, names }: Issue, own: Buffer, signer: Buffer): Buffer[] {
  const isAuthority = authority === undefined
  return [
    extension('2.5.29.19', sequence(...(isAuthority ? [yes] : [])), yes),
    // digitalSignature, and keyCertSign with cRLSign.
    extension('2.5.29.15', isAuthority ? bits(Buffer.from([0x86]), 1) : bits(Buffer.from([0x80]), 7), yes),
    // To serve, and to ask as a client.
    ...(isAuthority
      ? []
      : [extension('2.5.29.37', sequence(...['1', '2'].map((use) => identifier(`1.3.6.1.5.5.7.3.${use}`))))]),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names.map(nameOrAddress)))]),
    extension('2.5.29.14', octets(keyId(own))),
    extension('2.5.29.35', sequence(plainPart(0, keyId(signer)))),
  ]
}

const extension = (id: string, value: Buffer, ...critical: Buffer[]): Buffer =>
  sequence(identifier(id), ...critical, octets(value))

const nameOrAddress = (name: string): Buffer =>
  isIPv4(name) ? plainPart(7, Buffer.from(name.split('.').map(Number))) : plainPart(2, Buffer.from(name))

const named = (commonName: string, organization?: string): Buffer =>
  sequence(
    ...(organization === undefined ? [] : [attribute('2.5.4.10', organization)]),
    attribute('2.5.4.3', commonName),
  )

const attribute = (id: string, value: string): Buffer => set(sequence(identifier(id), text(value)))

/** Names are compared as they are written: an authority has to be named as in its own certificate. */
function subjectOf({ cert }: Certificate): Buffer {
  return named(new X509Certificate(cert).subject.replace('CN=', ''))
}

const keyId = (spki: Buffer): Buffer => createHash('sha1').update(spki).digest()
