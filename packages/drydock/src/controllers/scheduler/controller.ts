/** Gives pods their nodes. One at a time: each choice is made knowing the one before. */
import { isDeepStrictEqual } from 'node:util'
import {
  type EventRecorder,
  isConflict,
  isNotFound,
  keyOf,
  type Node,
  type Pod,
  pathOf,
  type Reflector,
  resources,
  watches,
} from '@orlop/kube'
import { type ControllerContext, recorder, register, watchPods } from '../context.ts'
import { isFinished, isTerminating, podCondition } from '../pod-state.ts'
import { timestamp } from '../timestamp.ts'
import { SELECTED_NODE } from '../volumes/names.ts'
import { schedule } from './schedule.ts'
import { type Storage, undecidedClaims, volumesOf } from './volumes.ts'

export function scheduler(context: ControllerContext): void {
  const { manager } = context
  const pods = watchPods(context)
  const nodes = manager.reflector(resources.nodes)
  const claims = manager.reflector(resources.persistentVolumeClaims)
  const volumes = manager.reflector(resources.persistentVolumes)
  const classes = manager.reflector(resources.storageClasses)
  const storage: Storage = {
    claim: (namespace, name) => claims.store.get(`${namespace}/${name}`),
    volume: (name) => volumes.store.get(name),
    storageClass: (name) => classes.store.get(name),
  }
  const bench = new Scheduler(context, pods, nodes, storage)
  const waiting = (): string[] => pods.store.byIndex('node', '').filter(isOurs).map(keyOf)
  register(context, {
    name: 'scheduler',
    workers: 1,
    reconcile: async ({ namespace, name }, signal) => {
      await bench.place(`${namespace}/${name}`, signal)
    },
    sources: [
      watches(pods, (pod, old) => {
        bench.seen(pod)
        const makesRoom =
          pods.store.get(keyOf(pod)) === undefined || (isFinished(pod) && old && !isFinished(old))
        return makesRoom ? waiting() : isOurs(pod) ? [keyOf(pod)] : []
      }),
      watches(nodes, (node, old) => (old && sameForPods(node, old) ? [] : waiting())),
      watches(claims, waiting),
      watches(volumes, waiting),
      watches(classes, waiting),
    ],
  })
}

class Scheduler {
  readonly #context: ControllerContext
  readonly #pods: Reflector<Pod>
  readonly #nodes: Reflector<Node>
  readonly #storage: Storage
  readonly #events: EventRecorder
  /** Pods, by uid, that were given a node which the cache does not show yet, or whose volumes are being made. */
  readonly #assumed = new Map<string, { pod: Pod; node: string }>()

  constructor(context: ControllerContext, pods: Reflector<Pod>, nodes: Reflector<Node>, storage: Storage) {
    this.#context = context
    this.#pods = pods
    this.#nodes = nodes
    this.#storage = storage
    this.#events = recorder(context, 'default-scheduler')
  }

  /** What the cache shows need not be assumed. */
  seen(pod: Pod): void {
    const gone = this.#pods.store.get(keyOf(pod))?.metadata.uid !== pod.metadata.uid
    if (gone || pod.spec?.nodeName || isFinished(pod)) this.#assumed.delete(pod.metadata.uid ?? '')
  }

  async place(key: string, signal: AbortSignal): Promise<void> {
    const pod = this.#pods.store.get(key)
    if (pod === undefined || !isOurs(pod)) return
    const uid = pod.metadata.uid ?? ''
    this.#assumed.delete(uid)
    const placement = schedule({
      pod,
      nodes: this.#nodes.store.list(),
      podsOn: (node) => this.#podsOn(node),
      volumes: volumesOf(pod, this.#storage),
    })
    if (placement.node === undefined) return this.#refuse(pod, placement.message, signal)
    this.#assumed.set(uid, { pod, node: placement.node })
    try {
      // The pod comes back here when its volumes are there, which then hold it to this node.
      if (await this.#chooseNodeForClaims(pod, placement.node, signal)) return
      await this.#bind(pod, placement.node, signal)
    } catch (error) {
      this.#assumed.delete(uid)
      throw error
    }
  }

  #podsOn(node: string): Pod[] {
    const placed = this.#pods.store.byIndex('node', node).filter((pod) => !isFinished(pod))
    const assumed = [...this.#assumed.values()].filter((entry) => entry.node === node)
    return [...placed, ...assumed.map(({ pod }) => pod)]
  }

  /** @returns whether a claim is not bound yet */
  async #chooseNodeForClaims(pod: Pod, node: string, signal: AbortSignal): Promise<boolean> {
    const undecided = undecidedClaims(pod, this.#storage)
    for (const { metadata } of undecided) {
      if (metadata.annotations?.[SELECTED_NODE] !== undefined) continue
      const { uid, resourceVersion } = metadata
      const body = { metadata: { uid, resourceVersion, annotations: { [SELECTED_NODE]: node } } }
      await this.#context.client.patch(
        resources.persistentVolumeClaims,
        metadata,
        { type: 'merge', body },
        { signal },
      )
    }
    return undecided.length > 0
  }

  async #bind(pod: Pod, node: string, signal: AbortSignal): Promise<void> {
    const { name, namespace = '', uid } = pod.metadata
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    }
    const path = pathOf(resources.pods, { namespace, name, subresource: 'binding' })
    try {
      await this.#context.client.request('POST', path, { body, signal })
    } catch (error) {
      // Deleted, made anew or bound by another meanwhile: its next event says what to do.
      if (!isConflict(error) && !isNotFound(error)) throw error
      this.#assumed.delete(uid ?? '')
      return
    }
    const note = `Successfully assigned ${namespace}/${name} to ${node}`
    this.#events.record(pod, { type: 'Normal', reason: 'Scheduled', note, action: 'Binding' })
  }

  async #refuse(pod: Pod, message: string, signal: AbortSignal): Promise<void> {
    const old = podCondition(pod, 'PodScheduled')
    const { generation } = pod.metadata
    if (old?.status === 'False' && old.message === message && observedGeneration(old) === generation) return
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      observedGeneration: generation,
      lastProbeTime: null,
      lastTransitionTime:
        old?.status === 'False' && old.lastTransitionTime
          ? old.lastTransitionTime
          : timestamp(this.#context.clock.now()),
    }
    const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } }
    await this.#context.client.patch(
      resources.pods,
      pod.metadata,
      { type: 'strategic', body },
      { subresource: 'status', signal },
    )
    this.#events.record(pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      note: message,
      action: 'Scheduling',
    })
  }
}

const observedGeneration = (condition: object): unknown =>
  'observedGeneration' in condition ? condition.observedGeneration : undefined

function isOurs(pod: Pod): boolean {
  if (pod.spec?.nodeName || isTerminating(pod) || isFinished(pod)) return false
  if ((pod.spec?.schedulingGates ?? []).length > 0) return false
  return (pod.spec?.schedulerName ?? 'default-scheduler') === 'default-scheduler'
}

/** A node's heartbeat concerns no pod that waits. */
function sameForPods(a: Node, b: Node): boolean {
  const view = ({ metadata, spec, status }: Node): unknown => [
    metadata.labels,
    spec,
    status?.allocatable,
    status?.conditions?.map(({ type, status: value }) => [type, value]),
  ]
  return isDeepStrictEqual(view(a), view(b))
}
