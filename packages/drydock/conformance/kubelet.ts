/** The kubelet's part where no node runs: pods that were given to a node run, become ready and go when they are told to. */
import { onTestFinished } from 'vitest'
import type { Json } from './api.ts'
import { api } from './cluster.ts'

/** In each of the sets and maps `*` means every pod. */
export interface Kubelet {
  /** Pods, by name or by their first image, that run but do not become ready. */
  readonly slow: Set<string>
  /** Pods, by name, that stay Pending. */
  readonly stuck: Set<string>
  /** Pods, by name, that take their time to go. */
  readonly lingering: Set<string>
  /** How containers ended, by pod: such a pod gets this phase, Succeeded or Failed, instead of running on. */
  readonly ends: Map<string, 'Succeeded' | 'Failed'>
  /** How often the containers of a pod were started again, by pod. */
  readonly restarts: Map<string, number>
  /** Looks again now, after one of the above was changed. */
  look(): Promise<void>
}

/** Plays it for the pods of one namespace until the test ends. */
export async function playKubelet(namespace: string): Promise<Kubelet> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const addresses = new Map<string, string>()
  let acting: Promise<void> = Promise.resolve()
  // One after the other: a pod is never patched from two of its states at once.
  const next = (step: () => Promise<void>): Promise<void> => {
    acting = acting.then(step)
    acting.catch(() => {})
    return acting
  }
  const kubelet: Kubelet = {
    slow: new Set(),
    stuck: new Set(),
    lingering: new Set(),
    ends: new Map(),
    restarts: new Map(),
    look: () =>
      next(async () => {
        for (const pod of (await api.get(path)).body.items) await act(pod)
      }),
  }
  const act = async (pod: Json): Promise<void> => {
    const { name, deletionTimestamp, uid } = pod.metadata
    if (pod.spec.nodeName === undefined || means(kubelet.stuck, name)) return
    if (deletionTimestamp !== undefined) {
      if (!means(kubelet.lingering, name))
        await api.delete(`${path}/${name}`, { gracePeriodSeconds: 0, preconditions: { uid } })
      return
    }
    const phase = kubelet.ends.get(name) ?? kubelet.ends.get('*') ?? 'Running'
    const ready =
      phase === 'Running' && !means(kubelet.slow, name) && !kubelet.slow.has(pod.spec.containers[0].image)
    const shown = pod.status.conditions?.find((c: Json) => c.type === 'Ready')?.status
    const restarts = kubelet.restarts.get(name) ?? kubelet.restarts.get('*') ?? 0
    const restarted = pod.status.containerStatuses?.[0]?.restartCount ?? 0
    if (pod.status.phase === phase && shown === (ready ? 'True' : 'False') && restarted === restarts) return
    const podIP = pod.status.podIP ?? addresses.get(uid) ?? `10.244.9.${addresses.size + 1}`
    addresses.set(uid, podIP)
    const written = await api.patch(`${path}/${name}/status`, 'merge', {
      // Another pod may have the name by now.
      metadata: { uid },
      status: statusOf(pod, phase, ready, podIP, restarts),
    })
    // A pod that is gone, changed or replaced meanwhile comes by again; anything else is a fault of the case.
    const passed = [200, 404, 409].includes(written.code) || isAnother(written.body)
    if (!passed) throw new Error(`the status of pod ${name} is refused: ${JSON.stringify(written.body)}`)
  }
  const watch = await api.watch(`${path}?watch=true`, {
    onEvent: ({ type, object }) => {
      if (type === 'ADDED' || type === 'MODIFIED') void next(() => act(object))
    },
  })
  onTestFinished(async () => {
    watch.close()
    await acting
  })
  return kubelet
}

/** Refused for the uid alone: another pod has the name. */
const isAnother = ({ reason, details }: Json): boolean =>
  reason === 'Invalid' && details.causes.every((cause: Json) => cause.field === 'metadata.uid')

const means = (pods: ReadonlySet<string>, name: string): boolean => pods.has(name) || pods.has('*')

function statusOf(pod: Json, phase: string, ready: boolean, podIP: string, restartCount: number): object {
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const condition = (type: string, yes: boolean) => ({
    type,
    status: yes ? 'True' : 'False',
    lastTransitionTime: now,
  })
  const state =
    phase === 'Running'
      ? { running: { startedAt: now } }
      : { terminated: { exitCode: phase === 'Succeeded' ? 0 : 1, startedAt: now, finishedAt: now } }
  return {
    phase,
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status.startTime ?? now,
    conditions: [
      ...(pod.status.conditions ?? []).filter((c: Json) => c.type === 'PodScheduled'),
      condition('Initialized', true),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    containerStatuses: pod.spec.containers.map((c: Json) => ({
      name: c.name,
      image: c.image,
      imageID: c.image,
      ready,
      started: phase === 'Running',
      restartCount,
      state,
    })),
  }
}
