import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Backoff } from '../container/backoff.ts'
import { hostnameOf } from '../container/etc-files.ts'
import { messageOf, NodeError } from '../node-error.ts'
import { PodVolumes } from '../volumes/volumes.ts'
import { around, type NodeContext } from './runtime.ts'
import type { PlacedPod } from './types.ts'

/** Where everything of a pod is on this machine. */
export function podFolder(stateDir: string, uid: string): string {
  return join(stateDir, 'pods', uid)
}

/** The file in a pod's folder that names its node, so that a node cleans up only after itself. */
export const nodeFile = 'node'

/** What a pod has before its first container starts. */
export interface PodSetup {
  readonly folder: string
  readonly ip: string
  readonly netns: string
  readonly volumes: PodVolumes
}

/** Gives a pod its folder, its network and its volumes; tries again until that worked. Undefined when `signal` is aborted before. */
export async function setUp(
  node: NodeContext,
  pod: () => PlacedPod,
  signal: AbortSignal,
  attached: (ip: string) => void,
): Promise<PodSetup | undefined> {
  const folder = podFolder(node.stateDir, pod().uid)
  await mkdir(join(folder, 'volumes'), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, nodeFile), node.name)
  const network = await repeat(node, pod, signal, 'FailedCreatePodSandBox', async () => {
    const { spec, uid, namespace, name } = pod()
    if (spec.hostNetwork)
      throw new NodeError(
        'FailedCreatePodSandBox',
        'hostNetwork is not offered here: the network of this machine is out of reach',
      )
    // It says when it cannot be.
    hostnameOf(pod())
    return node.network.attach({ uid, namespace, name }, node.name)
  })
  if (!network) return undefined
  attached(network.ip)
  const volumes = new PodVolumes({
    folder: join(folder, 'volumes'),
    stateDir: node.stateDir,
    from: { client: node.client, objects: node.objects, around: around({ ip: network.ip, node }) },
  })
  const mounted = await repeat(node, pod, signal, 'FailedMount', async () => {
    await volumes.prepare(pod())
    return true
  })
  return mounted ? { folder, ...network, volumes } : undefined
}

async function repeat<T>(
  node: NodeContext,
  pod: () => PlacedPod,
  signal: AbortSignal,
  reason: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const backoff = new Backoff({ ...node.timing.retry, resetAfter: Number.POSITIVE_INFINITY })
  backoff.after(0)
  while (!signal.aborted) {
    // A change of a Secret or ConfigMap that came too late for this try ends the wait before the next.
    const wake = new AbortController()
    const stop = node.objects.onChange(
      (reference) => reference.split('/')[1] === pod().namespace && wake.abort(),
    )
    try {
      return await node.starts.run(work)
    } catch (error) {
      if (signal.aborted) return undefined
      node.event(pod().object, 'Warning', reason, messageOf(error))
      node.log.info(
        { namespace: pod().namespace, name: pod().name, reason, message: messageOf(error) },
        'the pod cannot start yet',
      )
      await node.clock.sleep(backoff.after(0), AbortSignal.any([signal, wake.signal])).catch(() => {})
    } finally {
      stop()
    }
  }
  return undefined
}
