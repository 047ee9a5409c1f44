import { expect, test } from 'vitest'
import { configMap } from '../testing/sample.ts'
import type { KubeObject } from './object.ts'
import {
  controllerOf,
  hasFinalizer,
  isBeingDeleted,
  isControlledBy,
  ownerReference,
  withFinalizer,
  withoutFinalizer,
} from './ownership.ts'

const owner: KubeObject = {
  apiVersion: 'orlop.dev/v1alpha1',
  kind: 'Redis',
  metadata: { name: 'r', uid: 'u1' },
}

test('an owner is known by its uid, not by its name', () => {
  const ours = ownerReference(owner, { controller: true })
  expect(ours).toEqual({
    apiVersion: 'orlop.dev/v1alpha1',
    kind: 'Redis',
    name: 'r',
    uid: 'u1',
    controller: true,
    blockOwnerDeletion: true,
  })
  const { metadata, ...rest } = configMap('x')
  const owned = { ...rest, metadata: { ...metadata, ownerReferences: [ownerReference(owner), ours] } }
  expect(controllerOf(owned)).toBe(ours)
  expect(isControlledBy(owned, owner)).toBe(true)
  expect(isControlledBy(owned, { ...owner, metadata: { name: 'r', uid: 'u2' } })).toBe(false)
  expect(isControlledBy(configMap('x'), owner)).toBe(false)
})

test('what has not come from the server owns nothing', () => {
  expect(() => ownerReference(configMap('x'))).toThrow(expect.objectContaining({ code: 'BadRequest' }))
})

test('finalizers come and go without touching the object or those of others', () => {
  const plain = configMap('x')
  const one = withFinalizer(plain, 'a')
  const two = withFinalizer(one, 'b')
  expect(hasFinalizer(plain, 'a')).toBe(false)
  expect(two.metadata.finalizers).toEqual(['a', 'b'])
  expect(withFinalizer(two, 'a')).toBe(two)
  expect(withoutFinalizer(two, 'a').metadata.finalizers).toEqual(['b'])
  expect(withoutFinalizer(plain, 'a')).toBe(plain)
})

test('an object is being deleted once it says so', () => {
  const { metadata, ...rest } = configMap('x')
  expect(isBeingDeleted({ ...rest, metadata })).toBe(false)
  expect(
    isBeingDeleted({ ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }),
  ).toBe(true)
})
