/** Looking at what only a pod can see: one short-lived pod on each node. */
import {
  type Client,
  type Clock,
  type ConnectionConfig,
  isNotFound,
  KubeError,
  type KubeObject,
  type Node,
  resources,
} from '@orlop/kube'
import { CliError } from '../../failure.ts'
import { field } from '../../install/settings.ts'
import { openAnswer } from '../../local/answer.ts'
import { isReady } from '../checks/nodes.ts'
import { Remains, runPod } from './life.ts'
import { tryNetworkPolicy } from './network-policy.ts'
import { probePod } from './pod.ts'
import type { NodeReport, ProbeReport } from './report.ts'
import { lookCommand, parseLook, type Runtime } from './script.ts'

export interface Probing {
  readonly client: Client
  readonly connection: ConnectionConfig
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly namespace: string
  readonly image: string
  readonly runtime: Runtime
  /** Names this run: lower-case letters and digits. */
  readonly run: string
  readonly note: (text: string) => void
}

/** How many nodes are looked at at once. */
const atOnce = 10

/** @throws CliError `Interrupted` with what could not be deleted */
export async function probeCluster(probing: Probing): Promise<ProbeReport> {
  const remains = new Remains(probing)
  try {
    const report = await look(probing, remains)
    await cleanUp(probing, remains, undefined)
    return report
  } catch (error) {
    await cleanUp(probing, remains, error)
    throw error
  }
}

async function look(probing: Probing, remains: Remains): Promise<ProbeReport> {
  const { client, signal } = probing
  const { items } = await client.list(resources.nodes, { signal })
  const nodes = items.filter((node) => isReady(node) && isLinux(node)).map(({ metadata }) => metadata.name)
  const reports: NodeReport[] = []
  for (let i = 0; i < nodes.length; i += atOnce) {
    probing.note(`${i} of ${nodes.length} nodes`)
    const some = nodes.slice(i, i + atOnce)
    reports.push(...(await settled(some.map((node, j) => lookFrom(probing, remains, node, i + j)))))
  }
  const networkPolicy = nodes.length === 0 ? undefined : await tryNetworkPolicy(probing, remains, nodes)
  return { nodes: reports, networkPolicy }
}

/** That something stays in the cluster is worse than whatever else went wrong. */
async function cleanUp({ note }: Probing, remains: Remains, cause: unknown): Promise<void> {
  note('cleaning up')
  const left = await remains.remove()
  if (left.length === 0) return
  throw new CliError('Interrupted', `could not be deleted: ${left.join(', ')}`, {
    cause,
    remedy: 'kubectl delete pods,networkpolicies -A -l orlop.dev/probe',
  })
}

/** All of them, also when one fails: what the others make must be known before it is deleted. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

function isLinux({ status }: Node): boolean {
  return (status?.nodeInfo?.operatingSystem ?? 'linux') === 'linux'
}

async function lookFrom(
  probing: Probing,
  remains: Remains,
  node: string,
  index: number,
): Promise<NodeReport> {
  try {
    return await lookAt(probing, remains, node, index)
  } catch (error) {
    // One node whose kubelet does not answer is a finding; the others go on.
    if (probing.signal.aborted || !(error instanceof KubeError)) throw error
    return { node, trouble: error.message }
  }
}

async function lookAt(probing: Probing, remains: Remains, node: string, index: number): Promise<NodeReport> {
  const { namespace, image, runtime, run } = probing
  const name = `orlop-probe-${run}-${index + 1}`
  const pod = probePod({ namespace, name, run, node, image, command: lookCommand(runtime) })
  const ended = await runPod(probing, remains, pod)
  if ('trouble' in ended) return { node, trouble: ended.trouble }
  const { clock: said, ...looked } = parseLook(ended.log)
  const after = Date.parse(ended.pod.metadata.creationTimestamp ?? '')
  const before = await serverTime(probing)
  const trouble =
    ended.pod.status?.phase === 'Failed' ? { trouble: `the pod failed: ${ended.log.slice(0, 200)}` } : {}
  const clock =
    said === undefined || before === undefined || Number.isNaN(after)
      ? {}
      : { clock: { said, after, before } }
  return { node, ...looked, ...clock, ...trouble }
}

/** By its own clock, in ms, rounded up: headers have whole seconds. */
async function serverTime({ connection, signal }: Probing): Promise<number | undefined> {
  const answer = await openAnswer(
    connection,
    '/version',
    AbortSignal.any([signal, AbortSignal.timeout(8_000)]),
  )
  answer.resume()
  const time = Date.parse(answer.headers.date ?? '')
  return Number.isNaN(time) ? undefined : time + 1000
}

/** Where the pods are made: with the operator, or in `default` while that namespace is not there. */
export async function placeOf(client: Client, namespace: string, signal: AbortSignal): Promise<string> {
  try {
    await client.get(resources.namespaces, { name: namespace }, { signal })
    return namespace
  } catch (error) {
    if (isNotFound(error)) return 'default'
    throw error
  }
}

/** The operator's image. */
export function imageIn(manifest: readonly KubeObject[] | undefined): string | undefined {
  const deployment = manifest?.find(({ kind }) => kind === 'Deployment')
  const containers = field(field(field(field(deployment, 'spec'), 'template'), 'spec'), 'containers')
  const image: unknown = Array.isArray(containers) ? field(containers[0], 'image') : undefined
  return typeof image === 'string' ? image : undefined
}
