import type { Deployment, ReplicaSet } from '@orlop/kube'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DeploymentAction, planDeployment } from './plan.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')

interface Wanted {
  replicas: number
  maxSurge: number | string
  maxUnavailable: number | string
}

function deploymentOf(image: string, { replicas, maxSurge, maxUnavailable }: Wanted): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'd', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
    },
  }
}

/** ReplicaSets whose pods become available only when told to. */
class World {
  readonly sets = new Map<string, ReplicaSet>()

  list = (): ReplicaSet[] => [...this.sets.values()]
  total = (): number => this.list().reduce((sum, set) => sum + (set.spec?.replicas ?? 0), 0)
  available = (): number =>
    this.list().reduce(
      (sum, { spec, status }) => sum + Math.min(spec?.replicas ?? 0, status?.availableReplicas ?? 0),
      0,
    )

  apply(action: DeploymentAction): void {
    if (action.kind === 'create') this.#put(action.set, action.set.spec?.replicas ?? 0, 0)
    if (action.kind === 'scale') {
      // Which pods go is the ReplicaSet's choice: those that do not serve first.
      this.#put(
        action.set,
        action.replicas,
        Math.min(action.replicas, action.set.status?.availableReplicas ?? 0),
      )
    }
    if (action.kind === 'delete') this.sets.delete(action.set.metadata.name)
  }

  /** One pod more of the n-th set serves. */
  progress(n: number): void {
    const set = this.list()[n % Math.max(1, this.sets.size)]
    const { spec, status } = set ?? {}
    const available = status?.availableReplicas ?? 0
    if (set !== undefined && available < (spec?.replicas ?? 0))
      this.#put(set, spec?.replicas ?? 0, available + 1)
  }

  #put(set: ReplicaSet, replicas: number, availableReplicas: number): void {
    this.sets.set(set.metadata.name, {
      ...set,
      spec: { ...set.spec, selector: set.spec?.selector ?? {}, replicas },
      status: { replicas, availableReplicas, readyReplicas: availableReplicas },
    })
  }
}

function step(world: World, deployment: Deployment): DeploymentAction[] {
  const { actions } = planDeployment({ deployment, sets: world.list(), pods: [], now: NOW })
  const moves = actions.filter(({ kind }) => kind !== 'annotate')
  for (const action of moves) world.apply(action)
  return moves
}

test('a roll-out never has too many pods nor too few that serve, and ends with the new ones', () => {
  const limits = fc.record({
    replicas: fc.integer({ min: 1, max: 10 }),
    maxSurge: fc.integer({ min: 0, max: 4 }),
    maxUnavailable: fc.integer({ min: 0, max: 4 }),
  })
  const order = fc.array(fc.nat(3), { maxLength: 60 })
  fc.assert(
    fc.property(limits, order, (wanted, turns) => {
      fc.pre(wanted.maxSurge + wanted.maxUnavailable > 0)
      const world = new World()
      const old = deploymentOf('a', wanted)
      step(world, old)
      for (let i = 0; i < wanted.replicas; i++) world.progress(0)
      const next = deploymentOf('b', wanted)
      for (const turn of [...turns, ...Array.from({ length: 100 }, (_, i) => i)]) {
        step(world, next)
        expect(world.total()).toBeLessThanOrEqual(wanted.replicas + wanted.maxSurge)
        expect(world.available()).toBeGreaterThanOrEqual(wanted.replicas - wanted.maxUnavailable)
        world.progress(turn)
      }
      expect(step(world, next)).toEqual([])
      const sizes = world
        .list()
        .map(({ spec }) => [spec?.template?.spec?.containers[0]?.image, spec?.replicas])
      expect(sizes).toEqual([
        ['a', 0],
        ['b', wanted.replicas],
      ])
    }),
  )
})

test('a deadline that passes without progress is said, once', () => {
  const deployment = deploymentOf('a', { replicas: 1, maxSurge: 1, maxUnavailable: 0 })
  const world = new World()
  step(world, deployment)
  const look = (subject: Deployment, now: number): ReturnType<typeof planDeployment> =>
    planDeployment({ deployment: subject, sets: world.list(), pods: [], now })
  const first = look(deployment, NOW)
  expect(first).toMatchObject({ again: 600_000 })
  const waiting = { ...deployment, status: first.status }
  expect(look(waiting, NOW + 300_000)).toMatchObject({ again: 300_000, status: first.status })
  const late = look(waiting, NOW + 600_000).status
  expect(late.conditions?.[1]).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
  expect(look({ ...deployment, status: late }, NOW + 900_000).status).toEqual(late)
})
