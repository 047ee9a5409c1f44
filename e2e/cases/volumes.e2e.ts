/** Volumes: kept, used again, grown. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { condition } from '../kit/cache.ts'
import { target } from '../kit/cluster.ts'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'

const store = (storage: Record<string, unknown>, instances = 1) => ({
  version: '8.0',
  memory: '48Mi',
  profile: 'store',
  instances,
  failover: { mode: 'none' },
  persistence: { fsync: 'always', storage: { size: '128Mi', ...storage } },
})

describe('volumes', () => {
  test('are kept when a cache is deleted, and found again by one of the same name', async ({ ns }) => {
    const cache = await ns.cache('store', store({}, 2))
    await cache.ready()
    const writer = await ns.writer(cache)
    await writer.writes()
    await writer.stop()
    const uids = async () =>
      (await ns.list(resources.persistentVolumeClaims)).map(({ metadata }) => metadata.uid)
    const before = await uids()
    expect(before).toHaveLength(2)
    const password = await cache.password()
    await cache.remove()
    expect(await uids()).toEqual(before)
    await cache.change(store({}, 2))
    await cache.ready()
    expect(await uids()).toEqual(before)
    expect(await cache.password()).toBe(password)
    await cache.lostNothing(writer)
  })

  test('go with the cache where it says so', async ({ ns }) => {
    const cache = await ns.cache('store', store({ retain: false }))
    await cache.ready()
    await cache.remove()
    await eventually('the claim is gone', () => ns.isGone(resources.persistentVolumeClaims, 'data-store-0'))
    await eventually('the password is gone', () => ns.isGone(resources.secrets, 'store-auth'))
  })

  test('grow under a writer where the class can grow', async ({ ns }) => {
    const storageClassName = target.storageClasses.growing
    const cache = await ns.cache('store', store({ storageClassName }, 2))
    await cache.ready()
    const writer = await ns.writer(cache)
    const uids = async () => (await cache.pods()).map(({ metadata }) => metadata.uid)
    const before = await uids()
    await cache.change(store({ storageClassName, size: '256Mi' }, 2))
    for (const claim of ['data-store-0', 'data-store-1']) {
      await eventually(
        `${claim} has grown`,
        async () =>
          (await ns.get(resources.persistentVolumeClaims, claim)).status?.capacity?.['storage'] === '256Mi',
        { within: 180_000, seen: () => ns.get(resources.persistentVolumeClaims, claim) },
      )
    }
    await cache.ready()
    expect(await uids()).toEqual(before)
    await writer.writes()
    await cache.lostNothing(writer)
  })

  test('of a class that cannot grow stay as they are, and the resource is refused with that reason', async ({
    ns,
  }) => {
    const storageClassName = target.storageClasses.fixed
    const cache = await ns.cache('store', store({ storageClassName }))
    await cache.ready()
    await cache.change(store({ storageClassName, size: '256Mi' }))
    const refused = await cache.until(
      'it is refused',
      (seen) => condition(seen, 'Ready').reason === 'VolumeCannotGrow',
    )
    expect(condition(refused, 'Ready').message).toContain(storageClassName)
    const claim = await ns.get(resources.persistentVolumeClaims, 'data-store-0')
    expect(claim.spec?.resources?.requests?.['storage']).toBe('128Mi')
    const writer = await ns.writer(cache)
    await cache.lostNothing(writer)
  })
})
