import type { Answer, ListItem } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { apiVersionOf, type KindInfo } from '../kinds.ts'
import type { ApiObject, JsonObject } from '../object.ts'
import { stringAt } from '../object.ts'
import { canonicalQuantity } from '../quantity.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { selectionOf } from '../selection/selection.ts'
import { notFound } from '../status.ts'
import type { ContainerUsage, PodUsage } from './usage.ts'

/** metrics.k8s.io: what metrics-server answers on a real cluster. Made for each request out of what the kubelets tell; nothing is stored. */
export async function resourceMetrics(api: Api, request: ResourceRequest): Promise<Answer> {
  const { kind, namespace, name } = request
  const objects = await (kind.plural === 'nodes' ? nodeMetrics(api, request) : podMetrics(api, request))
  if (name !== '') {
    const [object] = objects
    const named = { group: kind.group, plural: kind.kind.toLowerCase(), kind: kind.kind }
    if (object === undefined) throw notFound(named, namespace === undefined ? name : `${namespace}/${name}`)
    return { as: 'object', code: 200, kind, object, json: JSON.stringify(object) }
  }
  const items = objects.map((object): ListItem => ({ object, json: JSON.stringify(object) }))
  return { as: 'list', kind, metadata: { resourceVersion: '' }, items }
}

async function podMetrics(api: Api, request: ResourceRequest): Promise<ApiObject[]> {
  const pods = chosen(api, '/pods', request)
  const usage = new Map<string, PodUsage>()
  for (const node of new Set(pods.map((pod) => stringAt(pod, 'spec', 'nodeName') ?? ''))) {
    if (node === '') continue
    for (const [uid, used] of await api.usage.ofNode(node)) usage.set(uid, used)
  }
  return pods.flatMap((pod) => {
    const used = usage.get(pod.metadata.uid ?? '')
    if (used === undefined) return []
    const containers = used.containers.map((one) => ({ name: one.name, usage: amounts([one]) }))
    return [metricsObject(api, request.kind, pod, used, { containers })]
  })
}

/** A node uses what its pods use: drydock's nodes share one machine, and nothing else on it is theirs. */
async function nodeMetrics(api: Api, request: ResourceRequest): Promise<ApiObject[]> {
  const found: ApiObject[] = []
  for (const node of chosen(api, '/nodes', request)) {
    if (!isServed(api, node)) continue
    const used = [...(await api.usage.ofNode(node.metadata.name)).values()]
    const sum = amounts(used.flatMap(({ containers }) => containers))
    const at = Math.max(0, ...used.map((one) => one.at)) || api.clock.now()
    const window = Math.max(0, ...used.map((one) => one.window))
    found.push(metricsObject(api, request.kind, node, { at, window }, { usage: sum }))
  }
  return found
}

function isServed(api: Api, node: ApiObject): boolean {
  return api.kubeletSocket !== undefined && node.metadata.deletionTimestamp === undefined
}

/** The pods or nodes that a request is about. */
function chosen(api: Api, storedAs: string, request: ResourceRequest): ApiObject[] {
  const selection = selectionOf(request)
  return api.storage
    .list(storedAs, request.namespace)
    .filter((record) => selection.matches(record))
    .map(({ object }) => object)
}

function metricsObject(
  api: Api,
  kind: KindInfo,
  { metadata }: ApiObject,
  { at, window }: Pick<PodUsage, 'at' | 'window'>,
  figures: JsonObject,
): ApiObject {
  const { name, namespace, labels } = metadata
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      creationTimestamp: timestamp(api.clock.now()),
      ...(labels === undefined ? {} : { labels }),
    },
    timestamp: timestamp(at),
    window: `${window / 1000}s`,
    ...figures,
  }
}

function amounts(containers: readonly ContainerUsage[]): { cpu: string; memory: string } {
  const cpu = containers.reduce((sum, one) => sum + one.cpu, 0)
  const memory = containers.reduce((sum, one) => sum + one.memory, 0)
  return {
    cpu: canonicalQuantity(`${cpu}n`) ?? '0',
    memory: canonicalQuantity(`${Math.ceil(memory / 1024)}Ki`) ?? '0',
  }
}
