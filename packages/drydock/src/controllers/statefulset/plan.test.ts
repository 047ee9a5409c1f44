import type { PersistentVolumeClaim, Pod, StatefulSet } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import type { Observed } from './observed.ts'
import { REVISION_LABEL } from './ordinal.ts'
import { type Action, plan } from './plan.ts'
import { newPod } from './pod.ts'
import { NOW, setOf } from './testing.ts'

type State = 'pending' | 'running' | 'ready' | 'failed' | 'terminating'

function podOf(set: StatefulSet, ordinal: number, state: State, revision = 'web-b'): Pod {
  const made = newPod(set, set.spec?.template ?? {}, revision, ordinal)
  const phase = state === 'pending' ? 'Pending' : state === 'failed' ? 'Failed' : 'Running'
  const ready = state === 'ready' || state === 'terminating' ? 'True' : 'False'
  const deletion = state === 'terminating' ? { deletionTimestamp: '2030-01-01T00:00:30Z' } : {}
  return {
    ...made,
    metadata: { ...made.metadata, ...deletion, uid: `uid-${ordinal}` },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: '2029-12-31T23:59:50Z' }],
    },
  }
}

function observe(
  set: StatefulSet,
  pods: readonly Pod[],
  o: { current?: string; claims?: readonly PersistentVolumeClaim[]; now?: number } = {},
): Observed {
  const template = set.spec?.template ?? {}
  return {
    set,
    pods,
    claims: new Map((o.claims ?? []).map((claim) => [claim.metadata.name, claim])),
    current: { name: o.current ?? 'web-b', template },
    update: { name: 'web-b', template },
    now: o.now ?? NOW,
  }
}

function brief(action: Action): string {
  switch (action.kind) {
    case 'createPod':
    case 'labelPod':
      return `${action.kind} ${action.pod.metadata.name}`
    case 'deletePod':
      return `delete ${action.pod.metadata.name} ${action.why}`
    case 'createClaim':
    case 'ownClaim':
      return `${action.kind} ${action.claim.metadata.name}`
  }
}

const briefs = (observed: Observed): string[] => plan(observed).actions.map(brief)

describe('in order', () => {
  const set = setOf()
  test.each<[string, State[], string[]]>([
    ['begins with the first', [], ['createPod web-0']],
    ['waits until it is ready', ['running'], []],
    ['goes on when it is', ['ready'], ['createPod web-1']],
    ['does nothing when all are ready', ['ready', 'ready', 'ready'], []],
    ['replaces a failed pod', ['ready', 'failed', 'ready'], ['delete web-1 Finished']],
    ['waits for a terminating pod to be gone', ['terminating', 'ready'], []],
  ])('%s', (_, states, expected) => {
    expect(
      briefs(
        observe(
          set,
          states.map((state, i) => podOf(set, i, state)),
        ),
      ),
    ).toEqual(expected)
  })

  test('scales in from the highest ordinal, one at a time', () => {
    const pods = [0, 1, 2, 3].map((i) => podOf(set, i, 'ready'))
    expect(briefs(observe(setOf({ replicas: 1 }), pods))).toEqual(['delete web-3 ScaledIn'])
    const going = [...pods.slice(0, 3), podOf(set, 3, 'terminating')]
    expect(briefs(observe(setOf({ replicas: 1 }), going))).toEqual([])
  })

  test('does not scale in while a pod that stays is not ready', () => {
    const pods = [podOf(set, 0, 'running'), podOf(set, 1, 'ready')]
    expect(briefs(observe(setOf({ replicas: 1 }), pods))).toEqual([])
  })

  test('removes a condemned pod that is not ready', () => {
    const pods = [podOf(set, 0, 'ready'), podOf(set, 1, 'running')]
    expect(briefs(observe(setOf({ replicas: 1 }), pods))).toEqual(['delete web-1 ScaledIn'])
  })

  test('counts from ordinals.start', () => {
    const shifted = setOf({ ordinals: { start: 5 }, replicas: 1 })
    expect(briefs(observe(shifted, []))).toEqual(['createPod web-5'])
    const pods = [podOf(set, 4, 'ready'), podOf(set, 5, 'ready')]
    expect(briefs(observe(shifted, pods))).toEqual(['delete web-4 ScaledIn'])
  })

  test('waits minReadySeconds before it goes on, and says how long', () => {
    const slow = setOf({ minReadySeconds: 15 })
    const pods = [podOf(slow, 0, 'ready')]
    expect(plan(observe(slow, pods))).toMatchObject({
      actions: [],
      again: 5000,
      status: { availableReplicas: 0 },
    })
    expect(briefs(observe(slow, pods, { now: NOW + 5000 }))).toEqual(['createPod web-1'])
  })

  test('does nothing to the pods of a set that is going', () => {
    const going = setOf({ replicas: 0 })
    going.metadata.deletionTimestamp = '2030-01-01T00:00:00Z'
    expect(briefs(observe(going, [podOf(set, 0, 'ready')]))).toEqual([])
  })
})

describe('Parallel', () => {
  const set = setOf({ podManagementPolicy: 'Parallel' })
  test('creates all at once', () => {
    expect(briefs(observe(set, []))).toEqual(['createPod web-0', 'createPod web-1', 'createPod web-2'])
  })
  test('removes all at once', () => {
    const pods = [0, 1, 2].map((i) => podOf(set, i, 'running'))
    const expected = ['delete web-2 ScaledIn', 'delete web-1 ScaledIn']
    expect(briefs(observe(setOf({ podManagementPolicy: 'Parallel', replicas: 1 }), pods))).toEqual(expected)
  })
  test('still rolls one at a time', () => {
    const pods = [0, 1, 2].map((i) => podOf(set, i, 'ready', 'web-a'))
    expect(briefs(observe(set, pods))).toEqual(['delete web-2 Outdated'])
  })
})

describe('a new template', () => {
  const set = setOf()
  const mixed = (...revisions: string[]): Pod[] => revisions.map((r, i) => podOf(set, i, 'ready', `web-${r}`))

  test('rolls from the highest ordinal', () => {
    expect(briefs(observe(set, mixed('a', 'a', 'a'), { current: 'web-a' }))).toEqual([
      'delete web-2 Outdated',
    ])
    expect(briefs(observe(set, mixed('a', 'a', 'b'), { current: 'web-a' }))).toEqual([
      'delete web-1 Outdated',
    ])
  })

  test('stops at a new pod that is not ready', () => {
    const pods = [...mixed('a', 'a'), podOf(set, 2, 'running')]
    expect(briefs(observe(set, pods, { current: 'web-a' }))).toEqual([])
  })

  test('stays above the partition, and recreates lower pods from the old revision', () => {
    const parted = setOf({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } })
    expect(briefs(observe(parted, mixed('a', 'a', 'a'), { current: 'web-a' }))).toEqual([
      'delete web-2 Outdated',
    ])
    expect(briefs(observe(parted, mixed('a', 'a', 'b'), { current: 'web-a' }))).toEqual([])
    const { actions } = plan(observe(parted, mixed('a'), { current: 'web-a' }))
    expect(actions).toMatchObject([
      { kind: 'createPod', pod: { metadata: { labels: { [REVISION_LABEL]: 'web-a' } } } },
    ])
  })

  test('is left to the user by OnDelete, and taken by pods that come anew', () => {
    const manual = setOf({ updateStrategy: { type: 'OnDelete' } })
    expect(briefs(observe(manual, mixed('a', 'a', 'a'), { current: 'web-a' }))).toEqual([])
    const { actions } = plan(observe(manual, mixed('a', 'a'), { current: 'web-a' }))
    expect(actions).toMatchObject([
      { kind: 'createPod', pod: { metadata: { labels: { [REVISION_LABEL]: 'web-b' } } } },
    ])
  })

  test('becomes the current revision when every pod has it', () => {
    expect(plan(observe(set, mixed('a', 'a', 'b'), { current: 'web-a' })).status).toMatchObject({
      currentRevision: 'web-a',
      updateRevision: 'web-b',
      currentReplicas: 2,
      updatedReplicas: 1,
    })
    expect(plan(observe(set, mixed('b', 'b', 'b'), { current: 'web-a' })).status).toMatchObject({
      currentRevision: 'web-b',
      currentReplicas: 3,
      updatedReplicas: 3,
    })
  })
})

describe('claims', () => {
  const template = {
    metadata: { name: 'data', labels: { tier: 'disk' } },
    spec: { accessModes: ['ReadWriteOnce'] },
  }
  const withClaims = (whenDeleted: string, whenScaled: string, replicas = 1): StatefulSet =>
    setOf({
      replicas,
      volumeClaimTemplates: [template],
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    })
  const claim = (ordinal: number, owners: object[] = []): PersistentVolumeClaim => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `data-web-${ordinal}`,
      namespace: 'shop',
      uid: `claim-${ordinal}`,
      ownerReferences: owners.map((owner) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        name: '',
        uid: '',
        ...owner,
      })),
    },
  })
  const setRef = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: 'web',
    uid: 'set-uid',
    controller: true,
    blockOwnerDeletion: true,
  }

  test('come before their pod, with the labels of the selector, and are mounted', () => {
    const { actions } = plan(observe(withClaims('Retain', 'Retain'), []))
    expect(actions).toMatchObject([
      {
        kind: 'createClaim',
        claim: { metadata: { name: 'data-web-0', labels: { app: 'web', tier: 'disk' } } },
      },
      {
        kind: 'createPod',
        pod: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } }] } },
      },
    ])
  })

  test('are used again', () => {
    expect(briefs(observe(withClaims('Retain', 'Retain'), [], { claims: [claim(0)] }))).toEqual([
      'createPod web-0',
    ])
  })

  test('that are going hold the new pod back', () => {
    const going = claim(0)
    going.metadata.deletionTimestamp = '2030-01-01T00:00:00Z'
    expect(briefs(observe(withClaims('Retain', 'Retain'), [], { claims: [going] }))).toEqual([])
    const ofOldPod = claim(0, [{ name: 'web-0', uid: 'earlier' }])
    expect(briefs(observe(withClaims('Retain', 'Delete'), [], { claims: [ofOldPod] }))).toEqual([])
  })

  test('belong to the set by whenDeleted: Delete', () => {
    const set = withClaims('Delete', 'Retain')
    const pods = [podOf(set, 0, 'ready')]
    expect(plan(observe(set, pods, { claims: [claim(0)] })).actions).toMatchObject([
      { kind: 'ownClaim', owners: [setRef] },
    ])
    expect(plan(observe(set, pods, { claims: [claim(0, [setRef])] })).actions).toEqual([])
  })

  test('belong to the condemned pod by whenScaled: Delete, before it goes', () => {
    const set = withClaims('Delete', 'Delete', 0)
    const { actions } = plan(observe(set, [podOf(set, 0, 'ready')], { claims: [claim(0, [setRef])] }))
    expect(actions).toMatchObject([
      { kind: 'ownClaim', owners: [{ kind: 'Pod', name: 'web-0', uid: 'uid-0' }] },
      { kind: 'deletePod', why: 'ScaledIn' },
    ])
  })

  test('lose our references when the policy says Retain, and keep those of others', () => {
    const set = withClaims('Retain', 'Retain')
    const other = { kind: 'Backup', name: 'b', uid: 'other' }
    const { actions } = plan(observe(set, [podOf(set, 0, 'ready')], { claims: [claim(0, [setRef, other])] }))
    expect(actions).toMatchObject([{ kind: 'ownClaim', owners: [{ uid: 'other' }] }])
  })
})

test('status counts what is there', () => {
  const set = setOf()
  const pods = [podOf(set, 0, 'ready'), podOf(set, 1, 'running'), podOf(set, 2, 'terminating')]
  expect(plan(observe(set, pods)).status).toEqual({
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 2,
    availableReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    currentRevision: 'web-b',
    updateRevision: 'web-b',
    collisionCount: 0,
  })
})
