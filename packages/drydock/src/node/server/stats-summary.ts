import { processesByFirst, usageOf } from '../usage.ts'
import type { ServerContext } from './context.ts'

/** What one container uses, as the kubelet tells it; `k8s.io/kubelet/pkg/apis/stats/v1alpha1`. */
export interface ContainerStats {
  readonly name: string
  readonly startTime: string
  readonly cpu: { readonly time: string; readonly usageCoreNanoSeconds: number }
  readonly memory: { readonly time: string; readonly workingSetBytes: number; readonly rssBytes: number }
}

export interface PodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string }
  readonly containers: readonly ContainerStats[]
}

/** Answers `/stats/summary`: the containers that run now. Memory is what their processes hold resident: pages shared by two count twice. */
export async function statsSummary({ workers, clock }: ServerContext): Promise<{ pods: PodStats[] }> {
  const running = [...workers.values()].flatMap(({ pod, slots }) =>
    slots.flatMap(({ container, running: run }) => (run === undefined ? [] : [{ pod, container, run }])),
  )
  const processes = await processesByFirst(running.map(({ run }) => run.process.pid))
  const pods = new Map<string, PodStats & { containers: ContainerStats[] }>()
  for (const { pod, container, run } of running) {
    const { cpuSeconds, rss } = await usageOf(processes.get(run.process.pid) ?? [])
    const time = new Date(clock.now()).toISOString()
    const { name, namespace, uid } = pod
    const stats = pods.get(uid) ?? { podRef: { name, namespace, uid }, containers: [] }
    stats.containers.push({
      name: container.name,
      startTime: new Date(run.startedAt).toISOString(),
      cpu: { time, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
      memory: { time, workingSetBytes: rss, rssBytes: rss },
    })
    pods.set(uid, stats)
  }
  return { pods: [...pods.values()] }
}
