import { isConflict, isNotFound, resources, type Timer } from '@orlop/kube'
import { stopSlot } from '../container/stop.ts'
import { releaseFolder } from './release.ts'
import { type NodeContext, type PodRuntime, timestamp } from './runtime.ts'
import { runContainers } from './sequence.ts'
import { type PodSetup, podFolder, setUp } from './setup.ts'
import { type Slot, slotsOf } from './slot.ts'
import { type PodFacts, statusOf } from './status.ts'
import { StatusWriter } from './status-writer.ts'
import type { PlacedPod } from './types.ts'

/** Runs one pod, from the moment it is given to this node until it is gone from the API. */
export class PodWorker {
  readonly #node: NodeContext
  readonly #status: StatusWriter
  /** The pod is being deleted, or the node ends. */
  readonly #stopping = new AbortController()
  readonly #hurry = new AbortController()
  /** The node ends: nothing is written any more. */
  readonly #abandoned = new AbortController()
  readonly #startTime: string
  readonly slots: readonly Slot[]
  readonly done: Promise<void>
  #pod: PlacedPod
  #setup: PodSetup | undefined
  #ip: string | undefined
  #over = false
  /** Why the pod is given up as a whole. */
  #failure: PodFacts['failure']
  #lifetime: Timer | undefined
  #wake: (() => void) | undefined
  #deadline = Number.POSITIVE_INFINITY
  #deleted = false
  #timer: Timer | undefined
  #tokens: Timer | undefined
  /** A volume that is being written anew must be done before its folder goes. */
  #refreshing: Promise<unknown> = Promise.resolve()
  /** Something changed while the volumes were being made: they may show what was before. */
  #missed = false

  constructor(node: NodeContext, pod: PlacedPod) {
    this.#node = node
    this.#pod = pod
    const now = timestamp(node.clock.now())
    this.#startTime = pod.status.startTime ?? now
    this.slots = slotsOf(pod, now)
    this.#status = new StatusWriter({ ...node, signal: this.#abandoned.signal }, () => ({
      pod: this.#pod,
      status: statusOf(this.#pod, this.slots, this.#facts(), timestamp(node.clock.now())),
    }))
    if (pod.object.metadata.deletionTimestamp !== undefined) this.#delete()
    this.done = this.#run().catch((error: unknown) => {
      node.log.error({ err: error, namespace: pod.namespace, name: pod.name }, 'a pod was given up')
    })
  }

  get pod(): PlacedPod {
    return this.#pod
  }

  get stateDir(): string {
    return this.#node.stateDir
  }

  get setup(): PodSetup | undefined {
    return this.#setup
  }

  /** Takes a newer version of the pod. */
  update(pod: PlacedPod): void {
    const before = this.#pod
    this.#pod = pod
    if (pod.object.metadata.deletionTimestamp !== undefined) this.#delete()
    const shown = (p: PlacedPod): string =>
      JSON.stringify([p.object.metadata.labels, p.object.metadata.annotations])
    if (shown(before) !== shown(pod)) this.#refresh()
    this.#status.seen(pod)
    if (this.#over) return
    if (before.spec.activeDeadlineSeconds !== pod.spec.activeDeadlineSeconds) this.#limitLifetime()
    // A readiness gate may have opened.
    if (JSON.stringify(before.status.conditions) !== JSON.stringify(pod.status.conditions))
      this.#status.changed()
    this.#restartChangedImages()
  }

  /** The pod is no longer in the API: what is left of it gets a second. */
  removed(): void {
    this.#deleted = true
    this.#status.end()
    this.#beginToStop(1)
    this.#wake?.()
  }

  /** A ConfigMap or Secret changed. */
  objectChanged(reference: string): void {
    if (reference.split('/')[1] === this.#pod.namespace) this.#refresh(reference)
  }

  /** The node ends: nothing more is written. Everything is killed at once, or gets `seconds` to end by itself. */
  async abandon(seconds = 0): Promise<void> {
    this.#abandoned.abort()
    if (seconds > 0) this.#beginToStop(seconds)
    else {
      this.#stopping.abort()
      this.#hurry.abort()
      for (const slot of this.slots) slot.running?.process.signal('SIGKILL')
    }
    this.#wake?.()
    await this.done
  }

  async #run(): Promise<void> {
    const finished = this.#pod.status.phase === 'Succeeded' || this.#pod.status.phase === 'Failed'
    if (!finished) await this.#live()
    this.#over = true
    this.#timer?.cancel()
    this.#tokens?.cancel()
    this.#lifetime?.cancel()
    if (this.#ip !== undefined) await this.#node.network.detach(this.#pod.uid)
    while (!this.#deleted && !this.#abandoned.signal.aborted) await this.#change()
    if (this.#abandoned.signal.aborted) return
    await this.#refreshing
    await releaseFolder(podFolder(this.#node.stateDir, this.#pod.uid))
    await this.#deleteObject()
  }

  /** Everything from the first status to the end of the last container. */
  async #live(): Promise<void> {
    this.#limitLifetime()
    this.#status.changed()
    const attached = (ip: string): void => {
      this.#ip = ip
      this.#status.changed()
    }
    const setup = await setUp(this.#node, () => this.#pod, this.#stopping.signal, attached)
    if (setup) {
      this.#setup = setup
      if (this.#missed) this.#refresh()
      this.#renewTokens(setup)
      const end = (): void => this.#beginToStop(this.#pod.spec.terminationGracePeriodSeconds ?? 30)
      await runContainers(this.#runtime(setup), this.slots, () => this.#change(), end)
    }
    this.#setup = undefined
    this.#over = true
    for (const slot of this.slots)
      slot.status = { ...slot.status, ready: slot.kind === 'init' && slot.status.ready }
    this.#status.changed()
    await this.#status.flushed()
  }

  /** Resolves at the next change of anything. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Tokens of service accounts are written anew when four fifths of their time are over. */
  #renewTokens({ volumes }: Pick<PodSetup, 'volumes'>): void {
    const seconds = volumes.tokenLifetime(this.#pod)
    if (seconds === undefined) return
    this.#tokens = this.#node.clock.setTimer(seconds * 800, () => {
      this.#refresh()
      this.#renewTokens({ volumes })
    })
  }

  /** Ends the pod when its `activeDeadlineSeconds` are over. Source: pkg/kubelet/active_deadline.go. */
  #limitLifetime(): void {
    this.#lifetime?.cancel()
    const { activeDeadlineSeconds: seconds, terminationGracePeriodSeconds: grace = 30 } = this.#pod.spec
    if (seconds === undefined) return
    const { clock, event } = this.#node
    const end = Date.parse(this.#startTime) + seconds * 1000
    this.#lifetime = clock.setTimer(Math.max(0, end - clock.now()), () => {
      const message = 'Pod was active on the node longer than the specified deadline'
      this.#failure ??= { reason: 'DeadlineExceeded', message }
      event(this.#pod.object, 'Normal', 'DeadlineExceeded', message)
      this.#beginToStop(grace)
    })
  }

  #delete(): void {
    this.#deleted = true
    this.#wake?.()
    const grace =
      this.#pod.object.metadata.deletionGracePeriodSeconds ??
      this.#pod.spec.terminationGracePeriodSeconds ??
      30
    // No matter what, a second is given, as by the kubelet.
    this.#beginToStop(Math.max(1, grace))
  }

  /** Ends all containers within `seconds`; a later call can only shorten the time. */
  #beginToStop(seconds: number): void {
    if (this.#over) return
    const { clock } = this.#node
    const deadline = clock.now() + seconds * 1000
    if (deadline < this.#deadline) {
      this.#deadline = deadline
      // A hook that used up the time leaves the program two seconds more.
      this.#timer?.cancel()
      this.#timer = clock.setTimer(seconds * 1000 + 2000, () => this.#hurry.abort())
    }
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    this.#wake?.()
    const setup = this.#setup
    if (setup) void this.#stopContainers(this.#runtime(setup), seconds)
  }

  /** First the containers proper, all at once; then the sidecars, last one first. */
  async #stopContainers(runtime: PodRuntime, seconds: number): Promise<void> {
    const stop = async (slot: Slot): Promise<void> => {
      if (!slot.running) return
      this.#node.event(this.#pod.object, 'Normal', 'Killing', `Stopping container ${slot.container.name}`)
      await stopSlot(
        runtime,
        slot,
        Math.max(0, Math.min(seconds, (this.#deadline - this.#node.clock.now()) / 1000)),
      )
    }
    await Promise.all(this.slots.filter((s) => s.kind !== 'sidecar').map(stop))
    for (const slot of this.slots.filter((s) => s.kind === 'sidecar').reverse()) await stop(slot)
  }

  #runtime(setup: PodSetup): PodRuntime {
    return {
      node: this.#node,
      pod: () => this.#pod,
      ...setup,
      changed: () => {
        this.#wake?.()
        this.#status.changed()
      },
      stopping: this.#stopping.signal,
      hurry: this.#hurry.signal,
    }
  }

  #facts(): PodFacts {
    return {
      startTime: this.#startTime,
      ip: this.#ip ?? this.#pod.status.podIP,
      hostIP: this.#node.hostIP,
      over: this.#over,
      // The phase is final only when every container has ended.
      failure: this.#over ? this.#failure : undefined,
    }
  }

  #refresh(reference?: string): void {
    const volumes = this.#setup?.volumes
    if (!volumes) this.#missed = true
    if (!volumes || this.#stopping.signal.aborted) return
    const refreshed = volumes.refresh(this.#pod, reference).catch((error: unknown) => {
      this.#node.log.info(
        { err: error, namespace: this.#pod.namespace, name: this.#pod.name },
        'a volume keeps what it shows',
      )
    })
    this.#refreshing = Promise.all([this.#refreshing, refreshed])
  }

  /** The image is the one thing of a container that may change; the container is started anew with it. */
  #restartChangedImages(): void {
    for (const slot of this.slots) {
      const wanted = [...(this.#pod.spec.initContainers ?? []), ...this.#pod.spec.containers].find(
        (c) => c.name === slot.container.name,
      )
      if (!wanted || wanted.image === slot.container.image) continue
      slot.container = wanted
      const setup = this.#setup
      if (!slot.running || !setup || slot.kind === 'init') continue
      this.#node.event(
        this.#pod.object,
        'Normal',
        'Killing',
        `Container ${wanted.name} definition changed, will be restarted`,
      )
      void stopSlot(this.#runtime(setup), slot, this.#pod.spec.terminationGracePeriodSeconds ?? 30)
    }
  }

  async #deleteObject(): Promise<void> {
    const { namespace, name, uid } = this.#pod
    const { client, clock, log } = this.#node
    while (!this.#abandoned.signal.aborted) {
      try {
        await client.delete(
          resources.pods,
          { namespace, name },
          { gracePeriodSeconds: 0, preconditions: { uid }, signal: this.#abandoned.signal },
        )
        return
      } catch (error) {
        // Gone already, or another pod of that name.
        if (isNotFound(error) || isConflict(error)) return
        log.warn({ err: error, namespace, name }, 'a pod that ended could not be deleted yet')
        await clock.sleep(1000, this.#abandoned.signal).catch(() => {})
      }
    }
  }
}
