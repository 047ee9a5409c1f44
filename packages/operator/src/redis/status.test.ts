/** What a person reads when an instance cannot run. */
import type { RedisStatus } from '@orlop/api'
import { expect, test } from 'vitest'
import { both, dead, pod, running, sessions } from '../../testing/scene.ts'
import type { Observation } from './observation.ts'
import { plan } from './plan.ts'
import { buildStatus } from './status.ts'

const unschedulable = both(
  dead,
  pod({ trouble: 'Unschedulable: 0/3 nodes are available: 3 Insufficient memory.', node: undefined }),
)

function statusOf(redis: ReturnType<typeof sessions>, seen: Observation): RedisStatus {
  return buildStatus(redis, { seen, plan: plan(redis, seen) }, undefined, new Date(0))
}

test('a first instance that no node has room for is what the status tells, not that it is waited for', () => {
  const single = sessions({ instances: 1 })
  const { phase, conditions } = statusOf(single, {
    ...running(single, { 'sessions-0': unschedulable }),
    record: undefined,
  })
  expect(phase).toMatch(/^sessions-0: Unschedulable: 0\/3 nodes/)
  expect(conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'False',
    reason: 'InstanceInTrouble',
    message: phase,
  })
})

test('a roll that waits for an instance tells what keeps it', () => {
  const older = sessions({ instances: 3 })
  const newer = sessions({ instances: 3, config: { databases: '20' } })
  const hash = running(newer).instances[2]?.pod?.hash
  const { phase } = statusOf(newer, {
    ...running(older, {
      'sessions-2': both(
        unschedulable,
        pod({ hash, labels: { 'orlop.dev/role': 'replica', 'orlop.dev/reads': 'false' } }),
      ),
    }),
    configMap: running(newer).configMap,
    statefulSet: running(newer).statefulSet,
  })
  expect(phase).toBe(
    'Waiting for sessions-2 (Unschedulable: 0/3 nodes are available: 3 Insufficient memory.) before sessions-1 restarts',
  )
})
