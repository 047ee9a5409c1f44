/**
 * The certificate of the API server on this machine's loopback. kubectl sends a token over TLS only, so there has to be one;
 * it is made once and vouches for itself: the kubeconfig names it as the authority.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno, replaceFile } from '../state.ts'

export interface Certificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

/** Ten years: it leaves this machine no more than the state folder does. */
const lifetime = 10 * 365 * 24 * 3600 * 1000

export async function keepCertificate(stateDir: string, now: number): Promise<Certificate> {
  const files = { cert: join(stateDir, 'tls.crt'), key: join(stateDir, 'tls.key') }
  try {
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')])
    return { cert, key }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  const { generate } = await import('./selfsigned.ts')
  const made = await generate([{ name: 'commonName', value: 'drydock' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 24 * 3600 * 1000),
    notAfterDate: new Date(now + lifetime),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  await replaceFile(files.key, made.private)
  await replaceFile(files.cert, made.cert)
  return { cert: made.cert, key: made.private }
}
