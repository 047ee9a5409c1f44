/** What to do next, once everything is ready. */
import { type Client, type KubeObject, systemClock } from '@orlop/kube'
import type { Context } from '../context.ts'
import { commandName } from '../failure.ts'
import { accessTo, addressesHere, findCache } from './cache.ts'
import type { Applied } from './manifests.ts'

/** How long a door may take to open after its Service is there, in ms. */
const opensWithin = 3000

export async function connectHints(
  context: Context,
  folder: string,
  client: Client,
  applied: readonly Applied[],
  signal: AbortSignal,
): Promise<string> {
  const orlop = commandName(context.env)
  const caches = applied.filter(({ object }) => object.kind === 'Redis').map(({ object }) => object)
  const lines: string[] = ['']
  for (const { metadata } of caches) {
    const namespace = metadata.namespace ?? 'default'
    const cluster = { client, local: folder, namespace }
    const cache = await findCache(cluster, metadata.name, signal)
    const { host, port } = await accessTo(cluster, cache, signal)
    const name = namespace === 'default' ? metadata.name : `${namespace}/${metadata.name}`
    lines.push(
      `${metadata.name} is ready at ${host}:${port}${port === 6379 ? '' : '   (another program of this machine has port 6379 there)'}`,
      `  redis-cli   ${orlop} cli ${name}`,
      `  URI         ${orlop} uri ${name}`,
      `  status      ${orlop} status`,
    )
  }
  for (const { object } of applied.filter(({ object: { kind } }) => kind === 'Service')) {
    const { name, namespace = 'default' } = object.metadata
    const addresses = await soonHere(folder, namespace, name, isHeadless(object), signal)
    if (addresses.length > 0) lines.push(`Service ${name} is at ${addresses.join(' and ')}`)
  }
  lines.push(
    `  kubectl     kubectl --kubeconfig "$(${orlop} kubeconfig)" get ${caches.length > 0 ? 'redis,' : ''}pods,svc`,
    `  stop        ${context.env['MAKELEVEL'] === undefined ? `${orlop} down` : 'make down'}   (the data stays)`,
    '',
  )
  return lines.join('\n')
}

/** A headless Service has no address; its pods have names, inside. */
function isHeadless(service: KubeObject): boolean {
  const spec = 'spec' in service ? service.spec : undefined
  return typeof spec === 'object' && spec !== null && 'clusterIP' in spec && spec.clusterIP === 'None'
}

async function soonHere(
  folder: string,
  namespace: string,
  name: string,
  headless: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for (const until = systemClock.now() + opensWithin; ; await systemClock.sleep(50, signal)) {
    const addresses = Object.values(await addressesHere(folder, namespace, name))
    if (addresses.length > 0 || headless || systemClock.now() > until) return addresses
  }
}
