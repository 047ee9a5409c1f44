/**
 * The cluster's authority, and at once the certificate of the API server on this machine's loopback. kubectl sends a token over TLS only,
 * so there has to be one; it is made once and vouches for itself: the kubeconfig names it as the authority.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Certificate, issueCertificate } from '../certificate/issue.ts'
import { isErrno, replaceFile } from '../state.ts'

const day = 24 * 3600 * 1000
/** Ten years: it leaves this machine no more than the state folder does. */
const lifetime = 3650 * day

/** @param now ms since the epoch */
export async function keepCertificate(stateDir: string, now: number): Promise<Certificate> {
  const files = { cert: join(stateDir, 'tls.crt'), key: join(stateDir, 'tls.key') }
  try {
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')])
    return { cert, key }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  const made = issueCertificate({
    commonName: 'drydock',
    names: ['localhost', '127.0.0.1'],
    authority: undefined,
    notBefore: now - day,
    notAfter: now + lifetime,
  })
  await replaceFile(files.key, made.key)
  await replaceFile(files.cert, made.cert)
  return made
}

/** For the API server as pods find it: good for this run, never written down. @param addresses at which it answers */
export function certificateForPods(
  authority: Certificate,
  addresses: readonly string[],
  now: number,
): Certificate {
  return issueCertificate({
    commonName: 'kube-apiserver',
    names: [...namesForPods, ...addresses],
    authority,
    notBefore: now - day,
    notAfter: now + lifetime,
  })
}

/** By which names pods reach the API server. */
export const namesForPods: readonly string[] = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]
