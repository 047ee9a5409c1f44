import { isDeepStrictEqual } from 'node:util'
import { type Client, type Clock, isConflict, isNotFound, type Log, resources } from '@orlop/kube'
import { ownConditions } from './status.ts'
import type { PlacedPod, PodStatus } from './types.ts'

/** Between tries when the API server does not take a status; milliseconds. */
const retryAfter = 500

/**
 * Writes a pod's status when it differs from what was last written, one write after the other. Changes during a write are written together after it.
 */
export class StatusWriter {
  readonly #o: { client: Client; clock: Clock; log: Log; signal: AbortSignal }
  readonly #compute: () => { pod: PlacedPod; status: PodStatus }
  #written: PodStatus | undefined
  /** The version that came of it. */
  #version = 0n
  #dirty = false
  #ended = false
  #writing: Promise<void> | undefined

  constructor(
    o: { client: Client; clock: Clock; log: Log; signal: AbortSignal },
    compute: () => { pod: PlacedPod; status: PodStatus },
  ) {
    this.#o = o
    this.#compute = compute
  }

  /** To be called after every change; costs nothing when the status stays the same. */
  changed(): void {
    this.#dirty = true
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
      if (this.#dirty && !this.#ended && !this.#o.signal.aborted) this.changed()
    })
  }

  /** Takes note of the pod as it is now in the API: where others have written what is the node's to say, it is said again. */
  seen({ object, status }: PlacedPod): void {
    if (this.#written === undefined || BigInt(object.metadata.resourceVersion ?? 0) <= this.#version) return
    const shown = (own: PodStatus): string[] =>
      (own.conditions ?? [])
        .flatMap((condition) =>
          ownConditions.includes(condition.type) ? `${condition.type} ${condition.status}` : [],
        )
        .sort()
    if (isDeepStrictEqual(shown(status), shown(this.#written))) return
    this.#written = undefined
    this.changed()
  }

  /** The pod is no longer in the API: nobody is to be told any more, least of all another pod of its name. */
  end(): void {
    this.#ended = true
  }

  /** Resolves when everything was written. */
  async flushed(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async #write(): Promise<void> {
    // What changes in the same turn of the event loop is one write.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#dirty && !this.#ended && !this.#o.signal.aborted) {
      this.#dirty = false
      const { pod, status } = this.#compute()
      if (isDeepStrictEqual(status, this.#written ?? pod.status)) continue
      try {
        const patched = await this.#o.client.patch(
          resources.pods,
          { namespace: pod.namespace, name: pod.name },
          // The uid makes the server refuse to write on another pod of the same name.
          {
            type: 'strategic',
            body: { metadata: { uid: pod.uid }, status: difference(this.#written ?? pod.status, status) },
          },
          { subresource: 'status', signal: this.#o.signal },
        )
        this.#written = status
        this.#version = BigInt(patched.metadata.resourceVersion ?? 0)
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return
        if (this.#o.signal.aborted) return
        this.#o.log.warn(
          { err: error, pod: pod.name, namespace: pod.namespace },
          'the status could not be written',
        )
        this.#dirty = true
        await this.#o.clock.sleep(retryAfter, this.#o.signal).catch(() => {})
      }
    }
  }
}

/**
 * The strategic merge patch from one status to the next: fields that are no more are named with null, conditions of others are not named at all,
 * and addresses, which are merged by their key, are taken away by name.
 */
function difference(before: PodStatus, after: PodStatus): Record<string, unknown> {
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key) && !foreign.has(key))
  const oldIPs = (before.podIPs ?? []).filter((old) => !after.podIPs?.some((ip) => ip.ip === old.ip))
  return {
    ...Object.fromEntries(removed.map((key) => [key, null])),
    ...after,
    conditions: conditions(after),
    ...(oldIPs.length > 0 && {
      podIPs: [...oldIPs.map(({ ip }) => ({ $patch: 'delete', ip })), ...(after.podIPs ?? [])],
    }),
  }
}

/** The node's own. They are merged by type, so that a reason that is no more has to be taken away by name. */
function conditions(after: PodStatus): Record<string, unknown>[] {
  const own = (after.conditions ?? []).filter((condition) => ownConditions.includes(condition.type))
  return own.map((condition) => ({ reason: null, message: null, ...condition }))
}

/** Fields that others write. */
const foreign = new Set([
  'nominatedNodeName',
  'resize',
  'ephemeralContainerStatuses',
  'resourceClaimStatuses',
  'resizeStatus',
  'observedGeneration',
])
