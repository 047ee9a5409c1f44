import type { Pod } from '@orlop/kube'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isActive, isRunningAndReady, isTerminating } from '../pod-state.ts'
import type { Observed } from './observed.ts'
import { ordinalOf, REVISION_LABEL } from './ordinal.ts'
import { type Action, plan } from './plan.ts'
import { NOW, setOf } from './testing.ts'

describe('whatever happens to the pods', () => {
  const event = fc.record({
    kind: fc.constantFrom('ready', 'unready', 'fail', 'gone', 'scale', 'template') as fc.Arbitrary<string>,
    at: fc.nat(5),
  })

  test('never two pods of one ordinal, never a healthy pod out of order', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.boolean(), (events, parallel) => {
        const world = new World(parallel)
        for (const { kind, at } of events) {
          world.happen(kind, at)
          world.step()
        }
        world.settle()
        expect(world.names()).toEqual(Array.from({ length: world.replicas }, (_, i) => `web-${i}`))
        expect(world.revisions()).toEqual(new Set(world.replicas === 0 ? [] : [world.revision]))
      }),
      { numRuns: 300 },
    )
  })
})

/** Pods as a kubelet and users treat them; it carries out plans and checks each action. */
class World {
  replicas = 3
  revision = 'web-r0'
  #current = 'web-r0'
  #count = 0
  #pods = new Map<string, Pod>()
  readonly #parallel: boolean

  constructor(parallel: boolean) {
    this.#parallel = parallel
  }

  names = (): string[] => [...this.#pods.keys()].sort()
  revisions = (): Set<string | undefined> =>
    new Set([...this.#pods.values()].map((pod) => pod.metadata.labels?.[REVISION_LABEL]))

  happen(kind: string, at: number): void {
    if (kind === 'scale') this.replicas = at
    if (kind === 'template') this.revision = `web-r${++this.#count}`
    const pod = this.#pods.get(`web-${at}`)
    if (pod === undefined) return
    if (kind === 'ready' && isActive(pod)) this.#put(pod, 'Running', 'True')
    if (kind === 'unready' && isActive(pod)) this.#put(pod, 'Running', 'False')
    if (kind === 'fail' && isActive(pod)) this.#put(pod, 'Failed', 'False')
    if (kind === 'gone' && isTerminating(pod)) this.#pods.delete(pod.metadata.name)
  }

  step(): number {
    const { actions, status } = plan({ ...this.#observed() })
    for (const action of actions) this.#carryOut(action)
    this.#current = status.currentRevision ?? ''
    return actions.length
  }

  /** Everything gets ready and goes away in time, and an outdated pod that never got ready is removed by hand. */
  settle(): void {
    for (let round = 0; round < 100; round++) {
      for (let at = 0; at < 6; at++) {
        this.happen('gone', at)
        this.happen('ready', at)
      }
      this.step()
    }
    expect(this.step()).toBe(0)
  }

  #observed(): Observed {
    const set = setOf({
      replicas: this.replicas,
      podManagementPolicy: this.#parallel ? 'Parallel' : 'OrderedReady',
    })
    const template = set.spec?.template ?? {}
    const pods = [...this.#pods.values()]
    const claims = new Map()
    const [current, update] = [this.#current, this.revision].map((name) => ({ name, template }))
    if (current === undefined || update === undefined) throw new Error('unreachable')
    return { set, pods, claims, current, update, now: NOW }
  }

  #carryOut(action: Action): void {
    if (action.kind === 'createPod') {
      expect(this.#pods.has(action.pod.metadata.name)).toBe(false)
      const uid = `uid-${++this.#count}`
      this.#pods.set(action.pod.metadata.name, {
        ...action.pod,
        metadata: { ...action.pod.metadata, uid },
        status: { phase: 'Pending' },
      })
    }
    if (action.kind === 'deletePod') {
      this.#mayGo(action.pod, action.why)
      const deletionTimestamp = '2030-01-01T00:00:30Z'
      const { pod } = action
      this.#pods.set(pod.metadata.name, { ...pod, metadata: { ...pod.metadata, deletionTimestamp } })
    }
  }

  #mayGo(pod: Pod, why: string): void {
    expect(isTerminating(pod)).toBe(false)
    if (!isRunningAndReady(pod)) return
    const { set } = this.#observed()
    const ordinal = ordinalOf(set, pod) ?? -1
    const above = [...this.#pods.values()].filter((p) => (ordinalOf(set, p) ?? -1) > ordinal)
    if (why === 'ScaledIn') {
      expect(ordinal).toBeGreaterThanOrEqual(this.replicas)
      expect(above.every((p) => this.#parallel && isTerminating(p))).toBe(true)
    } else {
      expect(why).toBe('Outdated')
      expect(pod.metadata.labels?.[REVISION_LABEL]).not.toBe(this.revision)
      const kept = above.filter((p) => (ordinalOf(set, p) ?? -1) < this.replicas)
      expect(kept.every((p) => isRunningAndReady(p) && !isTerminating(p))).toBe(true)
      expect(kept.every((p) => p.metadata.labels?.[REVISION_LABEL] === this.revision)).toBe(true)
    }
  }

  #put(pod: Pod, phase: string, ready: string): void {
    this.#pods.set(pod.metadata.name, {
      ...pod,
      status: { phase, conditions: [{ type: 'Ready', status: ready }] },
    })
  }
}
