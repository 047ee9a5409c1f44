/** The real control plane: etcd, kube-apiserver, kube-controller-manager and kube-scheduler on loopback, without any node. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from './target.ts'

const server = 'https://127.0.0.1:6443'
const startsWithin = 60_000

/**
 * @param folder where it keeps keys, data and logs
 * @param programs the folder that `hack/kubernetes/build` printed
 */
export async function startReal(folder: string, programs: string): Promise<Target> {
  const { kubeconfig, start, stop } = await startApiServerAndEtcd(folder, programs)
  start(
    'kube-controller-manager',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    `--root-ca-file=${join(folder, 'tls/apiserver.crt')}`,
    `--service-account-private-key-file=${join(folder, 'sa.key')}`,
    '--kube-api-qps=300',
    '--kube-api-burst=500',
    // Cases look at what an autoscaler makes of metrics within seconds.
    '--horizontal-pod-autoscaler-sync-period=2s',
  )
  start(
    'kube-scheduler',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--kube-api-qps=300',
    '--kube-api-burst=500',
  )
  return { name: 'real', kubeconfig, stop }
}

interface Running {
  readonly kubeconfig: string
  readonly pids: readonly number[]
  /** Starts one more of the programs. */
  readonly start: (program: string, ...args: string[]) => void
  stop(): Promise<void>
}

/** Starts these two and waits until the API server is ready. */
export async function startApiServerAndEtcd(folder: string, programs: string): Promise<Running> {
  const at = (name: string) => join(folder, name)
  await mkdir(at('tls'), { recursive: true })
  const token = 'the-token-of-this-run'
  await writeFile(at('tokens.csv'), `${token},admin,admin,"system:masters"\n`)
  const keys = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
  await writeFile(at('sa.pub'), keys.publicKey)
  await writeFile(at('sa.key'), keys.privateKey)

  const running: ChildProcess[] = []
  const start = (program: string, ...args: string[]): void => {
    const log = openSync(at(`${program}.log`), 'a')
    running.push(spawn(join(programs, program), args, { stdio: ['ignore', log, log] }))
  }
  const stop = async (): Promise<void> => {
    for (const child of running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
  try {
    start(
      'etcd',
      `--data-dir=${at('etcd')}`,
      '--listen-client-urls=http://127.0.0.1:2379',
      '--advertise-client-urls=http://127.0.0.1:2379',
      '--listen-peer-urls=http://127.0.0.1:2380',
      // Nothing here outlives the run.
      '--unsafe-no-fsync',
    )
    start(
      'kube-apiserver',
      '--etcd-servers=http://127.0.0.1:2379',
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      // The real one refuses to publish a loopback address in the endpoints of `kubernetes`.
      '--endpoint-reconciler-type=none',
      `--cert-dir=${at('tls')}`,
      `--token-auth-file=${at('tokens.csv')}`,
      `--service-account-key-file=${at('sa.pub')}`,
      `--service-account-signing-key-file=${at('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=RBAC',
      '--max-requests-inflight=800',
      '--max-mutating-requests-inflight=400',
    )
    const authority = await answers(at('tls/apiserver.crt'), running)
    const kubeconfig = at('kubeconfig')
    await writeFile(kubeconfig, kubeconfigOf(token, authority), { mode: 0o600 })
    return { kubeconfig, start, stop, pids: running.flatMap((child) => child.pid ?? []) }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits until the API server is ready; gives the certificate to trust, which it made for itself. */
async function answers(certificate: string, running: readonly ChildProcess[]): Promise<string> {
  const deadline = Date.now() + startsWithin
  for (;;) {
    const dead = running.find((child) => child.exitCode !== null)
    if (dead) throw new Error(`${dead.spawnfile} ended with exit code ${dead.exitCode}: see its log`)
    const ca = await readFile(certificate, 'utf8').catch(() => undefined)
    if (ca !== undefined && (await isReady(ca))) return ca
    if (Date.now() > deadline) throw new Error('kube-apiserver is not ready: see its log')
    await sleep(100)
  }
}

function isReady(ca: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  request(`${server}/readyz`, { ca, signal: AbortSignal.timeout(2000) }, (answer) => {
    answer.resume()
    resolve(answer.statusCode === 200)
  })
    .on('error', () => resolve(false))
    .end()
  return promise
}

function kubeconfigOf(token: string, authority: string): string {
  return `apiVersion: v1
kind: Config
current-context: real
clusters:
- name: real
  cluster: {server: "${server}", certificate-authority-data: ${Buffer.from(authority).toString('base64')}}
users:
- name: real
  user: {token: "${token}"}
contexts:
- name: real
  context: {cluster: real, user: real}
`
}
