import { describe, expect, test } from 'vitest'
import { actionsOf, asPrimary, both, following, running, sessions, withVolume } from '../../testing/scene.ts'
import type { Observation } from './observation.ts'
import { plan } from './plan.ts'

const redis = sessions()

describe('scaling in', () => {
  const smaller = sessions({ instances: 1 })
  const three = (changes: Parameters<typeof running>[1] = {}): Observation => ({
    ...running(redis, changes),
    configMap: running(smaller).configMap,
  })

  test('takes the highest ordinals away', () => {
    expect(actionsOf(smaller, three())).toMatchObject([
      { do: 'scaleIn', statefulSet: { spec: { replicas: 1 } }, generation: 1, reason: 'ScaledIn' },
    ])
  })

  test('hands the primary over to one that stays, before anything is taken away', () => {
    const moved = {
      'sessions-0': following('sessions-2'),
      'sessions-1': following('sessions-2'),
      'sessions-2': asPrimary,
    }
    const seen = {
      ...running(redis, moved, { record: 'sessions-2' }),
      configMap: running(smaller, {}, { record: 'sessions-2' }).configMap,
    }
    const labelled = {
      ...seen,
      instances: seen.instances.map((i) => ({
        ...i,
        pod: i.pod && {
          ...i.pod,
          labels: {
            'orlop.dev/role': i.name === 'sessions-2' ? 'primary' : 'replica',
            'orlop.dev/reads': String(i.name !== 'sessions-2'),
          },
        },
      })),
    }
    expect(actionsOf(smaller, labelled)).toMatchObject([
      { do: 'switchover', from: 'sessions-2', to: 'sessions-0' },
    ])
  })
})

describe('volumes', () => {
  const kept = sessions({ persistence: { mode: 'aof', storage: { size: '2Gi' } } })

  test('grow where their class can', () => {
    const seen = running(kept, { 'sessions-0': withVolume })
    expect(actionsOf(kept, seen)).toMatchObject([{ do: 'growVolume', claim: 'data-sessions-0', size: '2Gi' }])
  })

  test('are refused with the size to go back to where it cannot, and healing goes on', () => {
    const fixed = both(withVolume, (i) => ({
      ...i,
      claim: i.claim && { ...i.claim, storageClass: 'fixed', expandable: false },
    }))
    const seen = running(kept, { 'sessions-0': fixed, 'sessions-1': following('sessions-2') })
    expect(plan(kept, seen).refusal).toMatchObject({
      reason: 'VolumeCannotGrow',
      message: expect.stringMatching(/1Gi/),
    })
    expect(actionsOf(kept, seen)).toMatchObject([{ do: 'replicate', instance: 'sessions-1' }])
  })
})
