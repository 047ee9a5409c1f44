/** Who everybody is: one authority, a certificate for each program, and kubeconfigs that hold what they need. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
// The certificates of the local Kubernetes are made of nothing but node:crypto: ten take a few milliseconds.
import { type Certificate, issueCertificate } from '../../packages/drydock/src/certificate/issue.ts'
import { apiService, clusterDomain, controlPlaneOf, nodesOf } from './addresses.ts'
import type { Place } from './place.ts'

/** Where a machine sees its keys and kubeconfigs; on disk that is below `lib` in its folder. */
export const kubernetesFolder = '/var/lib/kubernetes'

const day = 24 * 3600 * 1000
const lasts = 365 * day

/** Writes the keys of every machine into its folder. `now`: ms since the epoch. */
export async function makeKeys(place: Place, now: number): Promise<void> {
  const times = { notBefore: now - day, notAfter: now + lasts }
  const authority = issueCertificate({ commonName: 'kubernetes', names: [], authority: undefined, ...times })
  const certified = (commonName: string, names: readonly string[] = [], organization?: string): Certificate =>
    issueCertificate({ commonName, names, authority, ...times, ...(organization ? { organization } : {}) })
  const cp = controlPlaneOf(place)
  const server = `https://${cp.address}:6443`
  const config = (who: Certificate): string => kubeconfigOf(server, authority, who)

  const admin = certified('admin', [], 'system:masters')
  const proxy = config(certified('system:kube-proxy'))
  const api = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${clusterDomain}`,
  ]
  const tokens = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
  await save(cp.folder, {
    ...pair('ca', authority),
    ...pair('apiserver', certified('kube-apiserver', [...api, '127.0.0.1', apiService, cp.address])),
    // The API server asks kubelets as the administrator, and extension servers as the front proxy.
    ...pair('admin', admin),
    ...pair('front-proxy', certified('front-proxy-client')),
    'service-accounts.pub': tokens.publicKey,
    'service-accounts.key': tokens.privateKey,
    'admin.conf': config(admin),
    'controller-manager.conf': config(certified('system:kube-controller-manager')),
    'scheduler.conf': config(certified('system:kube-scheduler')),
    'proxy.conf': proxy,
  })
  for (const { name, folder, address } of nodesOf(place)) {
    const kubelet = certified(`system:node:${name}`, [name, address], 'system:nodes')
    await save(folder, {
      'ca.crt': authority.cert,
      ...pair('kubelet', kubelet),
      'kubelet.conf': config(kubelet),
      'proxy.conf': proxy,
    })
  }
  await writeFile(place.kubeconfig, config(admin), { mode: 0o600 })
}

const pair = (name: string, { cert, key }: Certificate): Record<string, string> => ({
  [`${name}.crt`]: cert,
  [`${name}.key`]: key,
})

async function save(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const keys = join(folder, 'lib/kubernetes')
  await mkdir(keys, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(keys, name), text, { mode: 0o600 })
}

function kubeconfigOf(server: string, authority: Certificate, { cert, key }: Certificate): string {
  const data = (text: string): string => Buffer.from(text).toString('base64')
  return `apiVersion: v1
kind: Config
current-context: cluster
clusters:
- name: cluster
  cluster: {server: "${server}", certificate-authority-data: ${data(authority.cert)}}
users:
- name: user
  user: {client-certificate-data: ${data(cert)}, client-key-data: ${data(key)}}
contexts:
- name: cluster
  context: {cluster: cluster, user: user}
`
}
