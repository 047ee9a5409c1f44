/** Logs on a person's screen. */
import { createReadStream } from 'node:fs'
import { labels } from '@orlop/api'
import { type Pod, resources } from '@orlop/kube'
import type { LogOptions } from '../commands/logs.ts'
import type { Context } from '../context.ts'
import { readable } from '../terminal/log-line.ts'
import { findCache } from './cache.ts'
import { type Cluster, withCluster } from './cluster.ts'
import { linesAddedTo, linesOf } from './follow.ts'

/** The last lines of a log of ours, made readable. */
export async function showFile(context: Context, file: string, { tail, follow }: LogOptions): Promise<void> {
  const { stdout, signal } = context
  let last: string[] = []
  let rest = ''
  let size = 0
  for await (const chunk of createReadStream(file, { signal })) {
    size += chunk.length
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    last = [...last, ...lines].slice(-tail)
  }
  for (const line of last) stdout.write(`${readable(line)}\n`)
  if (!follow) return
  const position = size - Buffer.byteLength(rest)
  for await (const line of linesAddedTo(file, position, signal)) stdout.write(`${readable(line)}\n`)
}

/** What every server of a cache said, each line with the pod it is from. */
export async function showCacheLogs(context: Context, name: string, options: LogOptions): Promise<void> {
  await withCluster(context, {}, async (cluster) => {
    const { metadata } = await findCache(cluster, name, context.signal)
    const { items: pods } = await cluster.client.list(resources.pods, {
      namespace: metadata.namespace ?? 'default',
      labelSelector: `${labels.redis}=${metadata.name}`,
      signal: context.signal,
    })
    if (options.follow) await Promise.all(pods.map((pod) => showPod(context, cluster, pod, options)))
    else for (const pod of pods) await showPod(context, cluster, pod, options)
  })
}

async function showPod(context: Context, cluster: Cluster, pod: Pod, o: LogOptions): Promise<void> {
  const { name, namespace = 'default' } = pod.metadata
  const query = `tailLines=${o.tail}${o.follow ? '&follow=true' : ''}`
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`
  for await (const line of linesOf(cluster.connection, path, context.signal)) {
    context.stdout.write(`${name}  ${line}\n`)
  }
}
