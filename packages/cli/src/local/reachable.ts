/** Whether a cache that is called Ready really is, here and now: after a restart the word may be from before it. */
import { labels } from '@orlop/api'
import { type Client, type Pod, resources, systemClock } from '@orlop/kube'
import { isRedisError, withConnection } from '@orlop/redis'
import { CliError } from '../failure.ts'
import { accessTo, findCache } from './cache.ts'
import type { Applied } from './manifests.ts'

/** Waits until every instance was started since the cluster was, and the address of this machine answers. */
export async function waitUntilReachable(
  client: Client,
  folder: string,
  { object }: Applied,
  since: number,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace = 'default' } = object.metadata
  for (;;) {
    const labelSelector = `${labels.redis}=${name}`
    const { items } = await client.list(resources.pods, { namespace, labelSelector, signal })
    const late = items.filter((pod) => !runsSince(pod, since))
    if (late.length === 0) break
    note(`${late.map((pod) => pod.metadata.name).join(', ')} ${late.length === 1 ? 'is' : 'are'} starting`)
    await systemClock.sleep(50, signal)
  }
  const cluster = { client, local: folder, namespace }
  for (;;) {
    const refusal = await answers(cluster, name, signal)
    if (refusal === undefined) return
    note(refusal)
    await systemClock.sleep(50, signal)
  }
}

/** Container times have whole seconds. */
export function runsSince(pod: Pod, since: number): boolean {
  const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false
  const started =
    pod.status?.containerStatuses?.map((c) => Date.parse(c.state?.running?.startedAt ?? '')) ?? []
  return ready && started.every((time) => time + 999 >= since)
}

/** Undefined when it answered, otherwise why not. */
async function answers(
  cluster: { client: Client; local: string; namespace: string },
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const access = await accessTo(cluster, await findCache(cluster, name, signal), signal)
    const { host, port, password } = access
    const target = { host, port, ...(password === undefined ? {} : { password }) }
    await withConnection(target, { signal }, (redis) => redis.command(['PING']))
    return undefined
  } catch (error) {
    if (error instanceof CliError && (error.code === 'NoAddress' || error.code === 'NoPassword'))
      return error.message
    if (isRedisError(error)) return `no answer at its address yet (${error.message})`
    throw error
  }
}
