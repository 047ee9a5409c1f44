/** Nodes of one case, whose conditions it sets itself. */
import { onTestFinished } from 'vitest'
import type { Json } from '../../api.ts'
import { api, settled, unique } from '../../cluster.ts'
import { core, create } from '../../places.ts'

/** Makes a node that is ready, and waits until nothing keeps pods away from it. It goes with the test. */
export async function readyNode(): Promise<string> {
  const name = unique('node')
  onTestFinished(async () => {
    await api.delete(`/api/v1/nodes/${name}`)
  })
  await create('/api/v1/nodes', { metadata: { name, labels: { only: name } }, spec: { taints: own(name) } })
  await say(name, 'Ready', 'True')
  await settled(`/api/v1/nodes/${name}`, (n) => taints(n).every((t) => !t.includes('not-ready')))
  return name
}

/** A taint that keeps the pods of other cases away, and these with it. */
export const own = (name: string, ...more: Json[]): Json[] => [
  { key: 'mark', value: name, effect: 'NoSchedule' },
  ...more,
]

/** Sets a condition, as its kubelet would. */
export async function say(name: string, type: string, status: string): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const condition = { type, status, reason: 'Said', message: 'by the case', lastHeartbeatTime: now }
  const room = { cpu: '8', memory: '16Gi', pods: '110' }
  const { code, body } = await api.patch(`/api/v1/nodes/${name}/status`, 'strategic', {
    status: { capacity: room, allocatable: room, conditions: [{ ...condition, lastTransitionTime: now }] },
  })
  if (code !== 200) throw new Error(JSON.stringify(body))
}

/** `KEY:EFFECT`, sorted, of those that are not {@link own}. */
export function taints(node: Json): string[] {
  const all: Json[] = node.spec.taints ?? []
  const others = all.filter((t) => t.key !== 'mark' || t.effect !== 'NoSchedule')
  return others.map((t) => `${t.key}${t.value ? `=${t.value}` : ''}:${t.effect}`).sort()
}

/** Waits until the node has these taints and no others. */
export async function tainted(name: string, ...wanted: string[]): Promise<Json> {
  return await settled(`/api/v1/nodes/${name}`, (n) => taints(n).join() === wanted.sort().join())
}

/** A pod that runs on the node and is ready. */
export async function runningOn(ns: string, node: string, name: string, spec: Json = {}): Promise<Json> {
  await create(core(ns, 'pods'), {
    metadata: { name },
    spec: { nodeName: node, containers: [{ name: 'main', image: 'redis' }], ...spec },
  })
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: now })
  const { code, body } = await api.patch(`${core(ns, `pods/${name}`)}/status`, 'merge', {
    status: { phase: 'Running', conditions: [condition('ContainersReady'), condition('Ready')] },
  })
  if (code !== 200) throw new Error(JSON.stringify(body))
  return body
}
