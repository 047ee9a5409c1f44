import type { StorageClass } from '@orlop/kube'
import { expect, test } from 'vitest'
import { judgeStorageClasses } from './storage-classes.ts'

function storageClass(name: string, isDefault: boolean, more: Partial<StorageClass> = {}): StorageClass {
  const annotations = isDefault ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {}
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations },
    provisioner: 'csi.example.com',
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  }
}

test('one default that grows and binds late is all right', () => {
  const { result, seen, details } = judgeStorageClasses([
    storageClass('fast', true),
    storageClass('slow', false),
  ])
  expect([result, seen]).toEqual(['ok', '2 classes; the default is fast'])
  expect(details?.[0]).toMatch(/^fast \(default\): csi\.example\.com, volumes grow, Delete: /)
})

test.each([
  ['none at all', [], /there is none/, /provisioner/],
  ['no default', [storageClass('a', false)], /none is the default/, /annotate storageclass a .*=true/],
  [
    'two defaults',
    [storageClass('a', true), storageClass('b', true)],
    /takes the newest/,
    /is-default-class-/,
  ],
  [
    'no expansion',
    [storageClass('a', true, { allowVolumeExpansion: false })],
    /cannot grow/,
    /patch storageclass a/,
  ],
  [
    'early binding',
    [storageClass('a', true, { volumeBindingMode: 'Immediate' })],
    /not spread/,
    /WaitForFirstConsumer/,
  ],
])('%s is a warning with a remedy', (_name, classes, seen, remedy) => {
  const finding = judgeStorageClasses(classes)
  expect(finding.result).toBe('warn')
  expect(finding.seen).toMatch(seen)
  expect(finding.remedy).toMatch(remedy)
})

test('the beta annotation counts, as for the API server', () => {
  const old = storageClass('old', false)
  old.metadata.annotations = { 'storageclass.beta.kubernetes.io/is-default-class': 'true' }
  expect(judgeStorageClasses([old]).result).toBe('ok')
})
