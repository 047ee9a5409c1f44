import { describe, expect, test } from 'vitest'
import {
  actionsOf,
  asPrimary,
  behindBy,
  both,
  dead,
  empty,
  fenced,
  following,
  linkDown,
  missing,
  pod,
  running,
  says,
  sessions,
  silent,
} from '../../testing/scene.ts'
import type { Observation } from './observation.ts'
import { plan } from './plan.ts'

const redis = sessions()

test('at rest there is nothing to do', () => {
  expect(plan(redis, running(redis))).toEqual({ decision: { kind: 'nothing' }, refusal: undefined })
})

describe('from nothing', () => {
  const nothingYet: Observation = {
    statefulSet: undefined,
    configMap: undefined,
    services: {},
    budget: undefined,
    auth: { state: 'missing', secret: 'sessions-auth' },
    binding: undefined,
    instances: [],
    leftovers: [],
    record: undefined,
  }

  test('the password is made first, so that no pod ever waits for it', () => {
    expect(actionsOf(redis, nothingYet).map((a) => a.do)).toEqual(['createPassword'])
  })

  test('then configuration, Services and instances', () => {
    const auth = { state: 'present', secret: 'sessions-auth', revision: 'r1' } as const
    expect(actionsOf(redis, { ...nothingYet, auth })).toMatchObject([
      { do: 'apply', object: { kind: 'ConfigMap' } },
    ])
    const full = running(redis)
    const withConfig = { ...nothingYet, auth, configMap: full.configMap, record: 'sessions-0' }
    expect(actionsOf(redis, withConfig).map((a) => a.do === 'apply' && a.object.metadata.name)).toEqual([
      'sessions',
      'sessions-ro',
      'sessions-nodes',
    ])
    expect(actionsOf(redis, { ...withConfig, services: full.services })).toMatchObject([
      { object: { kind: 'StatefulSet' } },
      { object: { kind: 'PodDisruptionBudget' } },
    ])
  })

  test('a Secret that the user named and that is not there is asked for, not made', () => {
    const own = sessions({ auth: { secretName: 'mine' } })
    const { refusal, decision } = plan(own, { ...nothingYet, auth: { state: 'missing', secret: 'mine' } })
    expect(refusal?.reason).toBe('SecretMissing')
    expect(decision.kind).toBe('nothing')
  })
})

describe('refused, and what runs is left as it is', () => {
  const cases: [string, Parameters<typeof sessions>[0], string, RegExp][] = [
    [
      'Sentinel, which is not there yet',
      { failover: { mode: 'sentinel' } },
      'NotYetSupported',
      /failover: \{mode: none\}/,
    ],
    [
      'three instances without saying how they fail over',
      { failover: {} },
      'NotYetSupported',
      /failover: \{mode: none\}/,
    ],
    [
      'a directive of another version',
      { config: { 'availability-zone': 'a' } },
      'NotInVersion',
      /availability-zone/,
    ],
    ['a value out of range', { config: { hz: '100000' } }, 'OutOfRange', /hz/],
    ['a value of the wrong type', { config: { hz: 'fast' } }, 'InvalidValue', /hz/],
    [
      'a directive that Orlop owns',
      { config: { replicaof: 'elsewhere 6379' } },
      'OwnedDirective',
      /replicaof/,
    ],
  ]
  test.each(cases)('%s', (_, spec, reason, message) => {
    const { refusal, decision } = plan(sessions(spec), running(redis))
    expect(refusal).toMatchObject({ reason, message: expect.stringMatching(message) })
    expect(decision.kind).toBe('nothing')
  })

  test('volumes where there were none', () => {
    const { refusal } = plan(sessions({ persistence: { mode: 'aof' } }), running(redis))
    expect(refusal?.reason).toBe('PersistenceIsFixed')
  })

  test.each([{ disabled: true }, { secretName: 'another' }])(
    'another password than they were made with: %o',
    (auth) => {
      const { refusal } = plan(sessions({ auth }), running(redis))
      expect(refusal?.reason).toBe('AuthIsFixed')
    },
  )

  test('but healing goes on', () => {
    const seen = running(redis, { 'sessions-1': following('sessions-2') })
    expect(actionsOf(sessions({ config: { hz: 'fast' } }), seen)).toMatchObject([
      { do: 'replicate', instance: 'sessions-1' },
    ])
  })
})

test('paused: it says what it would do, and does nothing', () => {
  const seen = running(redis, { 'sessions-1': following('sessions-2') })
  const { decision } = plan(sessions({ paused: true }), seen)
  expect(decision).toMatchObject({
    kind: 'wait',
    reason: 'Paused',
    message: expect.stringMatching(/sessions-1/),
  })
})

describe('replication', () => {
  test('an instance that follows nobody is pointed to the primary, by name', () => {
    expect(actionsOf(redis, running(redis, { 'sessions-2': both(fenced, empty) }))).toMatchObject([
      { do: 'replicate', instance: 'sessions-2', from: 'sessions-0.sessions-nodes.default.svc' },
    ])
  })

  test('R3: nobody is pointed anywhere while no primary serves', () => {
    const seen = running(redis, { 'sessions-0': silent, 'sessions-1': fenced, 'sessions-2': linkDown })
    expect(actionsOf(redis, seen).filter((a) => a.do === 'replicate')).toEqual([])
  })

  test('an instance with data is never made to follow an empty primary', () => {
    const seen = running(redis, {
      'sessions-0': says({ keys: 0 }),
      'sessions-1': both(asPrimary, says({ keys: 5 })),
    })
    expect(plan(redis, seen).decision).toMatchObject({ kind: 'refuse', reason: 'EmptyPrimary' })
  })

  test('a replica that follows by the SYNC of old is connected anew', () => {
    const stranger = running(redis, { 'sessions-1': says({ replId: '' }) })
    expect(actionsOf(redis, stranger)).toMatchObject([{ do: 'reconnect', instance: 'sessions-1' }])
    const heard = (lag: number) => {
      const host = (n: number) => `sessions-${n}.sessions-nodes.default.svc`
      const replica = { online: true, offset: 1000 }
      const replicas = [
        { ...replica, host: host(1), lag },
        { ...replica, host: host(2), lag: 1 },
      ]
      return running(redis, { 'sessions-0': says({ replicas }) })
    }
    expect(actionsOf(redis, heard(14))).toEqual([])
    expect(actionsOf(redis, heard(15))).toMatchObject([{ do: 'reconnect', instance: 'sessions-1' }])
  })

  test('the record is written before anybody is promoted', () => {
    const lost = { 'sessions-0': both(fenced, empty), 'sessions-1': linkDown, 'sessions-2': linkDown }
    const first = actionsOf(redis, running(redis, lost))
    expect(first).toMatchObject([
      { do: 'recordPrimary', instance: 'sessions-1', configMap: { metadata: { resourceVersion: '7' } } },
    ])
    const second = actionsOf(redis, running(redis, lost, { record: 'sessions-1' }))
    expect(second).toMatchObject([{ do: 'promote', instance: 'sessions-1' }])
  })
})

describe('labels', () => {
  test('a replica takes reads once it has caught up', () => {
    const unlabelled = pod({ labels: {} })
    const seen = running(redis, {
      'sessions-1': unlabelled,
      'sessions-2': both(unlabelled, behindBy(5_000_000)),
    })
    expect(actionsOf(redis, seen)).toMatchObject([
      { instance: 'sessions-1', labels: { 'orlop.dev/role': 'replica', 'orlop.dev/reads': 'true' } },
      { instance: 'sessions-2', labels: { 'orlop.dev/role': 'replica', 'orlop.dev/reads': 'false' } },
    ])
  })

  test('a burst of writes does not take reads away from a replica that is attached', () => {
    expect(actionsOf(redis, running(redis, { 'sessions-1': behindBy(5_000_000) }))).toEqual([])
  })

  test('the primary takes reads where no replica can', () => {
    const seen = running(redis, { 'sessions-1': linkDown, 'sessions-2': linkDown })
    expect(actionsOf(redis, seen)).toContainEqual(
      expect.objectContaining({
        instance: 'sessions-0',
        labels: { 'orlop.dev/role': 'primary', 'orlop.dev/reads': 'true' },
      }),
    )
  })

  test('when the primary moves, the label is taken away before it is given', () => {
    const moved = {
      'sessions-0': following('sessions-1'),
      'sessions-1': asPrimary,
      'sessions-2': following('sessions-1'),
    }
    const seen = running(redis, moved, { record: 'sessions-1' })
    expect(actionsOf(redis, seen)).not.toContainEqual(
      expect.objectContaining({ labels: expect.objectContaining({ 'orlop.dev/role': 'primary' }) }),
    )
  })
})

describe('configuration', () => {
  test('what can change live is set on every instance that differs', () => {
    const changed = sessions({ config: { hz: '20' } })
    const seen = running(changed, { 'sessions-1': says({ config: { hz: '10' } }) })
    expect(actionsOf(changed, seen)).toEqual([
      {
        do: 'setConfig',
        instance: 'sessions-1',
        directives: { hz: '20' },
        reason: 'ConfigurationChanged',
        message: 'Set hz 20 on sessions-1',
      },
    ])
  })

  test('writes need the replicas that are there, not those that restart', () => {
    const store = sessions({ writes: { minReplicas: 2 } })
    const one = running(store).instances[0]?.answer
    const replicas = one?.ok ? one.value.replicas.slice(0, 1) : []
    expect(actionsOf(store, running(store, { 'sessions-0': says({ replicas }) }))).toMatchObject([
      { do: 'setConfig', instance: 'sessions-0', directives: { 'min-replicas-to-write': '1' } },
    ])
  })
})

describe('restarts', () => {
  const newer = sessions({ config: { databases: '32' } })
  const old = (changes: Parameters<typeof running>[1] = {}): Observation => {
    const before = running(redis, changes)
    const now = running(newer)
    return { ...before, configMap: now.configMap, statefulSet: now.statefulSet }
  }

  test('begin with the last replica', () => {
    expect(actionsOf(newer, old())).toMatchObject([
      { do: 'restart', instance: 'sessions-2', reason: 'ConfigChanged' },
    ])
  })

  test('a replica that is behind holds back the next restart, and says by how much', () => {
    const fresh = pod({ hash: running(newer).instances[2]?.pod?.hash })
    expect(plan(newer, old({ 'sessions-2': both(fresh, behindBy(1_200_000)) })).decision).toMatchObject({
      kind: 'wait',
      reason: 'ReplicaBehind',
      message: 'sessions-2 is 1.2 MB behind sessions-0',
    })
  })

  test('the primary hands over before it restarts', () => {
    const fresh = pod({ hash: running(newer).instances[2]?.pod?.hash })
    expect(actionsOf(newer, old({ 'sessions-1': fresh, 'sessions-2': fresh }))).toMatchObject([
      { do: 'switchover', from: 'sessions-0', to: 'sessions-1' },
    ])
  })

  test('never two movers: a hand-over that is under way is waited for', () => {
    const fresh = pod({ hash: running(newer).instances[2]?.pod?.hash })
    const seen = old({
      'sessions-0': says({ failoverInProgress: true }),
      'sessions-1': fresh,
      'sessions-2': fresh,
    })
    expect(plan(newer, seen).decision).toMatchObject({ kind: 'wait', reason: 'MoveUnderWay' })
  })

  test('R9: an instance that cannot run as it was built is replaced at once, so that a bad change can be undone', () => {
    const bad = both(dead, pod({ hash: 'other', trouble: 'ImagePullBackOff: no such image' }))
    expect(
      actionsOf(
        redis,
        running(redis, {
          'sessions-1': both(
            bad,
            pod({ labels: { 'orlop.dev/role': 'replica', 'orlop.dev/reads': 'false' } }),
          ),
        }),
      ),
    ).toContainEqual(expect.objectContaining({ do: 'restart', instance: 'sessions-1' }))
  })

  test('R9: also the primary, and the only one: nobody waits for an instance that cannot come', () => {
    const single = sessions({ instances: 1 })
    const bad = both(dead, pod({ hash: 'other', trouble: 'Unschedulable: no node has so much memory' }))
    const decision = actionsOf(single, running(single, { 'sessions-0': bad }))
    expect(decision).toMatchObject([{ do: 'restart', instance: 'sessions-0' }])
  })
})

test('made anew right after one of its name was deleted, it waits until what that one left is gone', () => {
  const seen = running(redis, {}, { leftovers: ['Secret sessions-auth'] })
  expect(plan(redis, seen)).toMatchObject({
    decision: { kind: 'wait', reason: 'Leftovers' },
    refusal: undefined,
  })
})

test('R7: an old primary that cannot be reached does not keep the label from the new one', () => {
  const seen = running(
    redis,
    { 'sessions-0': both(missing), 'sessions-1': both(asPrimary), 'sessions-2': following('sessions-1') },
    { record: 'sessions-1' },
  )
  expect(actionsOf(redis, seen)).toContainEqual(
    expect.objectContaining({
      instance: 'sessions-1',
      labels: expect.objectContaining({ 'orlop.dev/role': 'primary' }),
    }),
  )
})
