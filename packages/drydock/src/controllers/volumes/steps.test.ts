import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { type ClaimStep, type ClaimView, claimStep } from './claim-step.ts'
import { SELECTED_NODE, STORAGE_CLASSES } from './names.ts'
import { volumeStep } from './volume-step.ts'

type ClaimSpec = NonNullable<PersistentVolumeClaim['spec']>

function claim(
  spec: Partial<ClaimSpec> = {},
  o: Partial<PersistentVolumeClaim['metadata']> = {},
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'data',
      namespace: 'shop',
      uid: 'c1',
      finalizers: ['kubernetes.io/pvc-protection'],
      ...o,
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'standard',
      ...spec,
    },
    status: { phase: 'Pending' },
  }
}

function bound(spec: Partial<ClaimSpec> = {}, capacity = '1Gi'): PersistentVolumeClaim {
  return {
    ...claim({ volumeName: 'pv', ...spec }),
    status: { phase: 'Bound', capacity: { storage: capacity } },
  }
}

function volume(
  spec: Partial<NonNullable<PersistentVolume['spec']>> = {},
  phase = 'Available',
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Delete',
      ...spec,
    },
    status: { phase },
  }
}

const forClaim = { claimRef: { name: 'data', namespace: 'shop', uid: 'c1' } }

function step(subject: PersistentVolumeClaim, o: Partial<ClaimView> = {}): ClaimStep | undefined {
  return claimStep({
    claim: subject,
    volumes: [],
    classes: STORAGE_CLASSES,
    pods: [],
    node: () => undefined,
    folder: '/state/volumes',
    ...o,
  })
}

describe('a new claim', () => {
  test('is protected first', () => {
    expect(step(claim({}, { finalizers: [] }))).toEqual({ kind: 'protect' })
  })
  test('gets the default class when it names none', () => {
    const { storageClassName: _, ...spec } = claim().spec ?? {}
    expect(step({ ...claim(), spec })).toEqual({ kind: 'setClass', name: 'standard' })
  })
  test('waits for its first consumer', () => {
    expect(step(claim())).toBeUndefined()
  })
  test('is provisioned on the node the scheduler chose', () => {
    const made = step(claim({}, { annotations: { [SELECTED_NODE]: 'n2' } }))
    expect(made).toMatchObject({
      kind: 'provision',
      volume: {
        metadata: { name: 'pvc-c1' },
        spec: {
          capacity: { storage: '1Gi' },
          claimRef: { uid: 'c1' },
          persistentVolumeReclaimPolicy: 'Delete',
          hostPath: { path: '/state/volumes/pvc-c1' },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ values: ['n2'] }] }] } },
        },
      },
    })
  })
  test('keeps its data when its class says so', () => {
    const made = step(claim({ storageClassName: 'fixed' }, { annotations: { [SELECTED_NODE]: 'n2' } }))
    expect(made).toMatchObject({ volume: { spec: { persistentVolumeReclaimPolicy: 'Retain' } } })
  })
  test('of no class takes a volume that suits it, the smallest first', () => {
    const big = volume({ storageClassName: '', capacity: { storage: '9Gi' } })
    const small = {
      ...volume({ storageClassName: '', capacity: { storage: '2Gi' } }),
      metadata: { name: 'small' },
    }
    const tiny = {
      ...volume({ storageClassName: '', capacity: { storage: '1Mi' } }),
      metadata: { name: 'tiny' },
    }
    const found = step(claim({ storageClassName: '' }), { volumes: [big, small, tiny] })
    expect(found).toEqual({ kind: 'reserve', volume: small })
  })
  test('never takes a volume of somebody else, nor one with another class or mode', () => {
    const volumes = [
      volume({ storageClassName: '', claimRef: { name: 'data', namespace: 'shop', uid: 'earlier' } }),
      volume({ storageClassName: 'other' }),
      volume({ storageClassName: '', accessModes: ['ReadOnlyMany'] }),
      volume({ storageClassName: '' }, 'Released'),
    ]
    expect(step(claim({ storageClassName: '' }), { volumes })).toBeUndefined()
  })
  test('takes the volume that names it', () => {
    const reserved = volume({ storageClassName: '', claimRef: { name: 'data', namespace: 'shop' } })
    expect(step(claim({ storageClassName: '' }), { volumes: [reserved] })).toEqual({
      kind: 'reserve',
      volume: reserved,
    })
  })
  test('is bound to the volume made for it, then says so', () => {
    const ours = volume(forClaim)
    expect(step(claim(), { volumes: [ours] })).toEqual({ kind: 'bind', volume: ours })
    expect(step(claim({ volumeName: 'pv' }), { volumes: [ours] })).toEqual({
      kind: 'status',
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
    })
  })
})

describe('a bound claim', () => {
  test('needs nothing', () => {
    expect(step(bound(), { volumes: [volume(forClaim, 'Bound')] })).toBeUndefined()
  })
  test('grows where its class lets it: the volume first', () => {
    const bigger = { resources: { requests: { storage: '2Gi' } } }
    const ours = volume(forClaim, 'Bound')
    expect(step(bound(bigger), { volumes: [ours] })).toEqual({ kind: 'grow', volume: ours, capacity: '2Gi' })
    const grown = volume({ ...forClaim, capacity: { storage: '2Gi' } }, 'Bound')
    expect(step(bound(bigger), { volumes: [grown] })).toMatchObject({
      status: { capacity: { storage: '2Gi' } },
    })
    expect(step(bound(bigger, '2Gi'), { volumes: [grown] })).toBeUndefined()
  })
  test('does not grow where its class does not', () => {
    const bigger = { storageClassName: 'fixed', resources: { requests: { storage: '2Gi' } } }
    expect(step(bound(bigger), { volumes: [volume(forClaim, 'Bound')] })).toBeUndefined()
  })
  test('is lost without its volume', () => {
    expect(step(bound())).toMatchObject({ kind: 'status', status: { phase: 'Lost' } })
  })
})

describe('a claim that goes', () => {
  const going = claim({}, { deletionTimestamp: '2030-01-01T00:00:00Z' })
  const user = (nodeName?: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop' },
    spec: {
      containers: [],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
      ...(nodeName === undefined ? {} : { nodeName }),
    },
  })
  test('waits for the pods that may have mounted it', () => {
    expect(step(going, { pods: [user('n1')] })).toBeUndefined()
    expect(step(going, { pods: [user()] })).toEqual({ kind: 'unprotect' })
    expect(step(going)).toEqual({ kind: 'unprotect' })
  })
})

describe('a volume', () => {
  const ours = (phase: string, policy = 'Delete', o: object = {}): PersistentVolume => ({
    ...volume({ ...forClaim, persistentVolumeReclaimPolicy: policy }, phase),
    metadata: {
      name: 'pv',
      annotations: { 'pv.kubernetes.io/provisioned-by': 'orlop.dev/local' },
      finalizers: ['kubernetes.io/pv-protection'],
      ...o,
    },
  })
  const going = { deletionTimestamp: '2030-01-01T00:00:00Z' }
  test.each([
    ['shows that it is free', volume({}, ''), undefined, { kind: 'phase', phase: 'Available' }],
    ['shows that it is bound', ours(''), claim(), { kind: 'phase', phase: 'Bound' }],
    ['needs nothing while bound', ours('Bound'), claim(), undefined],
    ['is released with its claim', ours('Bound'), undefined, { kind: 'phase', phase: 'Released' }],
    [
      'is not fooled by a claim of the same name',
      ours('Bound'),
      claim({}, { uid: 'c2' }),
      { kind: 'phase', phase: 'Released' },
    ],
    ['goes when its class says Delete', ours('Released'), undefined, { kind: 'reclaim' }],
    ['stays when its class says Retain', ours('Released', 'Retain'), undefined, undefined],
    ['of another provisioner is left alone', volume(forClaim, 'Released'), undefined, undefined],
    ['stays while bound although deleted', ours('Bound', 'Delete', going), claim(), undefined],
    ['is let go when it was deleted', ours('Released', 'Delete', going), undefined, { kind: 'unprotect' }],
  ])('%s', (_, subject, its, expected) => {
    expect(volumeStep(subject, its)).toEqual(expected)
  })
})
