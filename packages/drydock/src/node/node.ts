import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, type Clock, EventRecorder, type Log, type Pod, Reflector, resources } from '@orlop/kube'
import { kubeletBackoff } from './container/backoff.ts'
import { limitGroups } from './container/cgroup.ts'
import { Gate } from './gate.ts'
import { linkedClient } from './linked-client.ts'
import type { PodNetwork } from './network.ts'
import { keepLease, leaseSeconds } from './node-lease.ts'
import { capacityOfMachine, nodeObject, registerNode } from './node-object.ts'
import { releaseForgotten } from './pod/release.ts'
import type { NodeContext, Timing } from './pod/runtime.ts'
import { placedPod } from './pod/types.ts'
import { PodWorker } from './pod/worker.ts'
import type { Programs } from './program.ts'
import { Semaphore } from './semaphore.ts'
import { startKubeletServer } from './server/server.ts'
import { type PodUsage, parentsOf, processesOf, usageOf } from './usage.ts'
import { watchedObjects } from './volumes/objects.ts'

/** What a node needs. */
export interface NodeOptions {
  readonly client: Client
  readonly name: string
  readonly zone?: string | undefined
  /** Its InternalIP and the pods' hostIP; the address of the node's bridge, where there is one. */
  readonly address?: string | undefined
  readonly stateDir: string
  readonly network: PodNetwork
  readonly programs: Programs
  readonly log: Log
  readonly clock: Clock
  /** In [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly signal: AbortSignal
  /** How long a renewal of its lease is good for, in seconds; 40 unless said. */
  readonly leaseSeconds?: number | undefined
  /** Its connection to the API server, both ways; open unless said. */
  readonly link?: Gate | undefined
  /** Waiting times; the kubelet's unless said. */
  readonly timing?: Partial<Timing> | undefined
}

/** A running node. */
export interface NodeHandle {
  readonly name: string
  /**
   * Ends the node and every process of it: at once, as when a machine is switched off, or as when it is shut down, after `seconds` in
   * which they may end by themselves. The API is told nothing.
   */
  stop(seconds?: number): Promise<void>
  /** SIGKILL to the first process of every container of a pod. */
  kill(podUid: string): void
  /** SIGSTOP to every process of a pod: it neither answers nor ends. */
  freeze(podUid: string): Promise<void>
  thaw(podUid: string): Promise<void>
  /** SIGSTOP to every process of every pod, and no probe until it is thawed: time stands still on the node. */
  freezeAll(): Promise<void>
  thawAll(): Promise<void>
  /** What a pod uses now; undefined when it does not run here. */
  podUsage(podUid: string): Promise<PodUsage | undefined>
}

/** Retries of volumes, networks, images; milliseconds. */
const retry = { initial: 1000, max: 30_000, resetAfter: Number.POSITIVE_INFINITY }

/** How many containers start at once. */
const startsAtOnce = 8

/**
 * Registers a node and runs the pods that are given to it, with processes for containers, until it is stopped.
 * The caller is uid 0 of a user, network, mount and pid namespace of its own.
 */
export async function startNode(o: NodeOptions): Promise<NodeHandle> {
  const { name, stateDir, clock, log, link = new Gate() } = o
  const awake = new Gate()
  const ended = new AbortController()
  const signal = AbortSignal.any([o.signal, ended.signal])
  const client = linkedClient(o.client, link, clock, signal)
  await mkdir(join(stateDir, 'pods'), { recursive: true, mode: 0o700 })
  const limits = await limitGroups(`${stateDir} ${name}`)
  const address = o.address ?? '127.0.0.1'
  const registered = await registerNode(
    client,
    nodeObject({ name, zone: o.zone, address, pods: 250, limits: limits.limits }, clock.now()),
    signal,
  )
  const events = new EventRecorder({
    client,
    reportingController: 'kubelet',
    reportingInstance: name,
    clock,
    log,
  })
  const objects = watchedObjects({ ...o, client })
  const node: NodeContext = {
    ...o,
    client,
    awake,
    hostIP: address,
    objects,
    limits,
    allocatable: capacityOfMachine(),
    timing: { restart: kubeletBackoff, retry, ...o.timing },
    event: (regarding, type, reason, note) =>
      events.record(regarding, { type, reason, note, action: reason }),
    starts: new Semaphore(startsAtOnce),
  }
  const workers = new Map<string, PodWorker>()
  const pods = new Reflector<Pod>({
    client,
    resource: resources.pods,
    fieldSelector: `spec.nodeName=${name}`,
    log,
    clock,
    random: o.random,
  })
  pods.subscribe((change) => place(node, workers, change.object, change.type === 'deleted', signal))
  objects.onChange((reference) => {
    for (const worker of workers.values()) worker.objectChanged(reference)
  })
  const server = await startKubeletServer({
    socket: join(stateDir, 'nodes', `${name}.sock`),
    workers,
    link,
    clock,
    log,
  })
  const running = [
    pods.run(signal),
    objects.run(signal),
    keepLease({
      client,
      node: registered,
      seconds: o.leaseSeconds ?? leaseSeconds,
      link,
      clock,
      log,
      signal,
    }),
  ]
  await pods.synced(signal)
  await releaseForgotten(stateDir, name, new Set(pods.store.list().map((pod) => pod.metadata.uid ?? '')))
  const stop = async (seconds?: number): Promise<void> => {
    ended.abort()
    await server.close()
    await Promise.all([...workers.values()].map((worker) => worker.abandon(seconds)))
    await Promise.all(running)
    // What was recorded before; a recorder left alone would write to a client that its owner has closed. Of a node that is cut off nobody hears.
    if (link.isOpen) await events.flush()
  }
  o.signal.addEventListener('abort', () => void stop(), { once: true })
  const freeze = async (worker: PodWorker | undefined): Promise<void> => {
    for (const pid of await pidsOf(worker)) sendTo(pid, 'SIGSTOP')
  }
  const thaw = async (worker: PodWorker | undefined): Promise<void> => {
    const pids = await pidsOf(worker)
    for (const pid of [...(await parentsOf(pids)), ...pids]) sendTo(pid, 'SIGCONT')
  }
  return {
    name,
    stop,
    kill(uid) {
      for (const slot of workers.get(uid)?.slots ?? []) slot.running?.process.signal('SIGKILL')
    },
    freeze: (uid) => freeze(workers.get(uid)),
    thaw: (uid) => thaw(workers.get(uid)),
    async freezeAll() {
      awake.set(false)
      for (const worker of workers.values()) await freeze(worker)
    },
    async thawAll() {
      for (const worker of workers.values()) await thaw(worker)
      awake.set(true)
    },
    async podUsage(uid) {
      const worker = workers.get(uid)
      return worker && usageOf(await pidsOf(worker))
    },
  }
}

/** Gives a pod to its worker, a new one for a new uid. */
function place(
  node: NodeContext,
  workers: Map<string, PodWorker>,
  object: Pod,
  gone: boolean,
  signal: AbortSignal,
): void {
  const pod = placedPod(object)
  if (!pod || signal.aborted) return
  const worker = workers.get(pod.uid)
  // The name was taken by another pod between two looks.
  for (const other of workers.values()) {
    if (other.pod.uid !== pod.uid && other.pod.name === pod.name && other.pod.namespace === pod.namespace)
      other.removed()
  }
  if (worker && gone) worker.removed()
  else if (worker) worker.update(pod)
  else if (!gone) {
    const fresh = new PodWorker(node, pod)
    workers.set(pod.uid, fresh)
    void fresh.done.then(() => workers.delete(pod.uid))
  }
}

function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended since it was listed.
  }
}

async function pidsOf(worker: PodWorker | undefined): Promise<readonly number[]> {
  const first = worker?.slots.flatMap((slot) => (slot.running ? [slot.running.process.pid] : [])) ?? []
  return processesOf(first)
}
