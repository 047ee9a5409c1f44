/** Pods for the scheduler, on nodes that only one case knows. */
import { onTestFinished } from 'vitest'
import type { Json } from '../../api.ts'
import { api, settled, unique } from '../../cluster.ts'
import { conditions } from '../../masked.ts'
import { core, create } from '../../places.ts'

/**
 * Makes nodes that carry a label of their own and a taint that only pods of {@link pod} with this label tolerate; they
 * go when the test ends.
 * @returns the label's value
 */
export async function nodes(...each: object[]): Promise<{ mark: string; names: string[] }> {
  const mark = unique('mark')
  const made: string[] = []
  onTestFinished(async () => {
    for (const name of made) await api.delete(`/api/v1/nodes/${name}`)
  })
  for (const [i, more] of each.entries()) {
    const { labels = {}, taints = [], spec = {}, allocatable = {} }: Json = more
    const name = `${mark}-${i + 1}`
    await create('/api/v1/nodes', {
      metadata: { name, labels: { mark, 'kubernetes.io/hostname': name, ...labels } },
      spec: { taints: [{ key: 'mark', value: mark, effect: 'NoSchedule' }, ...taints], ...spec },
    })
    made.push(name)
    const room = { cpu: '2', memory: '4Gi', pods: '10', ...allocatable }
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'played by the suite',
    }
    await api.patch(`/api/v1/nodes/${name}/status`, 'merge', {
      status: { capacity: room, allocatable: room, conditions: [condition] },
    })
    // The server taints a new node until it is ready.
    await settled(
      `/api/v1/nodes/${name}`,
      (n) => !n.spec.taints.some((t: Json) => t.key === 'node.kubernetes.io/not-ready'),
    )
  }
  return { mark, names: made }
}

const ofConditions = [
  'not-ready',
  'unreachable',
  'memory-pressure',
  'disk-pressure',
  'pid-pressure',
  'network-unavailable',
  'out-of-service',
].map((name) => `node.kubernetes.io/${name}`)

/** Makes a pod that only goes to the nodes with the mark. `spec` and `labels` are added. */
export async function pod(
  ns: string,
  name: string,
  mark: string,
  spec: Json = {},
  labels: Record<string, string> = {},
): Promise<Json> {
  const { cpu, ...rest } = spec
  return await create(core(ns, 'pods'), {
    metadata: { name, labels: { name, ...labels } },
    spec: {
      containers: [{ name: 'main', image: 'redis', resources: { requests: cpu ? { cpu } : {} } }],
      // The nodes of other cases are to be refused for their labels alone.
      tolerations: ['mark', ...ofConditions].map((key) => ({ key, operator: 'Exists' })),
      ...rest,
      nodeSelector: { mark, ...rest.nodeSelector },
    },
  })
}

/** Waits until the pod has a node and gives its name. */
export async function nodeOf(ns: string, name: string): Promise<string> {
  return (await settled(core(ns, `pods/${name}`), (p) => p.spec.nodeName)).spec.nodeName
}

/** Waits until the scheduler has refused the pod, and says why. */
export async function refusalOf(ns: string, name: string): Promise<string> {
  const refused = await settled(core(ns, `pods/${name}`), (p) => p.status.conditions?.length)
  const told = conditions(refused).join()
  // How many other nodes there are depends on the cases that run beside this one.
  return told
    .replace(/0\/\d+ nodes/g, '0/N nodes')
    .replace(/\d+ (node\(s\) didn't match Pod's node affinity\/selector)/, 'N $1')
    .replace(/\d+ (Preemption is not helpful for scheduling)/, 'N $1')
}
