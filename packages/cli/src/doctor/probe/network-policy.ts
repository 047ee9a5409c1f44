/** Whether a pod gets in where a NetworkPolicy says it must not. First it must get in without one, else nothing is learned. */
import { KubeError, type Pod, resources } from '@orlop/kube'
import { logOf, type Remains, untilEnded, untilPod } from './life.ts'
import { closingPolicy, probePod, roleLabel } from './pod.ts'
import type { Probing } from './probe.ts'
import type { NetworkPolicyReport } from './report.ts'
import { clientCommand, serverCommand } from './script.ts'

export async function tryNetworkPolicy(
  probing: Probing,
  remains: Remains,
  nodes: readonly string[],
): Promise<NetworkPolicyReport> {
  if (probing.runtime !== 'node')
    return { result: 'unknown', why: 'the image has to be that of the operator' }
  probing.note('whether NetworkPolicies are enforced')
  try {
    return await attempt(probing, remains, nodes)
  } catch (error) {
    if (probing.signal.aborted || !(error instanceof KubeError)) throw error
    return { result: 'unknown', why: error.message }
  }
}

async function attempt(
  probing: Probing,
  remains: Remains,
  nodes: readonly string[],
): Promise<NetworkPolicyReport> {
  const { namespace, image, run } = probing
  const [here = '', there = here] = nodes
  const make = (role: string, node: string, command: readonly string[]): Pod => {
    const pod = probePod({ namespace, name: `orlop-probe-${run}-${role}`, run, node, image, command })
    pod.metadata.labels = { ...pod.metadata.labels, [roleLabel]: role }
    return pod
  }
  const server = await remains.create(resources.pods, make('server', here, serverCommand))
  const started = await untilPod(
    probing,
    server,
    ({ status }) => status?.phase === 'Running' && status.podIP !== undefined,
  )
  if ('trouble' in started) return { result: 'unknown', why: started.trouble }
  const address = started.pod.status?.podIP ?? ''
  const client = await remains.create(resources.pods, make('client', there, clientCommand(address)))
  const connected = await untilSaid(probing, client)
  if (connected !== undefined) return { result: 'unknown', why: connected }
  await remains.create(
    resources.networkPolicies,
    closingPolicy(namespace, `orlop-probe-${run}`, run, 'server'),
  )
  const ended = await untilEnded(probing, client)
  if ('trouble' in ended) return { result: 'unknown', why: ended.trouble }
  if (ended.log.includes('still open')) return { result: 'open' }
  return ended.log.includes('closed')
    ? { result: 'enforced' }
    : { result: 'unknown', why: 'the pod that tried did not say' }
}

/** Waits until the client got in once; gives why it did not. */
async function untilSaid(probing: Probing, client: Pod): Promise<string | undefined> {
  const started = await untilPod(
    probing,
    client,
    ({ status }) => status?.phase !== undefined && status.phase !== 'Pending',
  )
  if ('trouble' in started) return started.trouble
  for (;;) {
    const log = await logOf(probing, client)
    if (log.includes('unreachable')) return 'one pod does not reach another one, without any policy'
    if (log.includes('open')) return undefined
    const { status } = await probing.client.get(resources.pods, client.metadata, { signal: probing.signal })
    // Its deadline ends it.
    if (status?.phase === 'Failed')
      return `the pod that tries ended: ${status.reason ?? 'it is not said why'}`
    await probing.clock.sleep(200, probing.signal)
  }
}
