/** Mistakes: the status says what is wrong, Ready is not True meanwhile, and the correction heals. */
import { describe, expect } from 'vitest'
import { condition } from '../kit/cache.ts'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'

const single = { version: '7.0', memory: '32Mi' }
const replicated = { ...single, memory: '64Mi', instances: 2, failover: { mode: 'none' } }
const nowhere = 'registry.invalid/no-such-image:1'
const tooMuch = { requests: { memory: '4Ti' }, limits: { memory: '4Ti' } }

describe('an image that does not exist', () => {
  test('in a new cache: it says so, and starts once the image is right', async ({ ns }) => {
    const cache = await ns.cache('cache', { ...single, image: nowhere })
    const seen = await cache.until('it says why', ({ status }) => /[Ii]mage|pull/.test(status?.phase ?? ''))
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'InstanceInTrouble' })
    await cache.change(single)
    await cache.ready()
    await cache.lostNothing(await ns.writer(cache))
  })

  test('in a cache that runs: only a replica is tried with it, writes go on, and the right one heals', async ({
    ns,
  }) => {
    const cache = await ns.cache('cache', replicated)
    await cache.ready()
    const writer = await ns.writer(cache)
    const primary = await cache.primary()
    const { uid } = (await ns.pod(primary)).metadata
    await cache.change({ ...replicated, image: nowhere })
    await cache.until('it says why', ({ status }) => /[Ii]mage|pull/.test(status?.phase ?? ''))
    expect((await ns.pod(primary)).metadata.uid).toBe(uid)
    await writer.writes()
    await cache.change(replicated)
    await cache.ready()
    expect((await ns.pod(primary)).metadata.uid).toBe(uid)
    await cache.lostNothing(writer)
  })
})

describe('more memory than any node has', () => {
  test('for a new cache: it says so, and starts once it asks for less', async ({ ns }) => {
    const cache = await ns.cache('cache', { ...single, resources: tooMuch })
    const seen = await cache.until('it says why', ({ status }) =>
      /memory|nodes are available/.test(status?.phase ?? ''),
    )
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'InstanceInTrouble' })
    await cache.change(single)
    await cache.ready()
    await cache.lostNothing(await ns.writer(cache))
  })

  test('for a cache that runs: writes go on, and less heals', async ({ ns }) => {
    const cache = await ns.cache('cache', replicated)
    await cache.ready()
    const writer = await ns.writer(cache)
    await cache.change({ ...replicated, resources: tooMuch })
    await cache.until('it says why', ({ status }) => /memory|nodes are available/.test(status?.phase ?? ''))
    await writer.writes()
    await cache.change(replicated)
    await cache.ready()
    await writer.writes()
    await cache.lostNothing(writer)
  })
})

describe('Ready', () => {
  test('is never True before a client can connect, nor after it no longer can', async ({ ns }) => {
    const cache = await ns.cache('cache', single)
    const connects = async (): Promise<boolean> => {
      const [pod] = await cache.pods()
      return pod?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true
    }
    const could = await eventually('Ready', async () => {
      const { status } = condition(await cache.get(), 'Ready')
      return status === 'True' && [await connects()]
    })
    expect(could).toEqual([true])
    // It cannot start again: its image is gone with it.
    await cache.change({ ...single, image: nowhere })
    const lost = await cache.until('it is not Ready', (seen) => condition(seen, 'Ready').status === 'False')
    expect(lost.status?.phase).not.toBe('Healthy')
  })

  test('a field that nothing acts on yet is refused, and nothing is made', async ({ ns }) => {
    const cache = await ns.cache('cache', { ...single, networkPolicy: { enabled: true } })
    const seen = await cache.until(
      'it is refused',
      (seen) => condition(seen, 'Ready').reason === 'NotYetSupported',
    )
    expect(seen.status?.phase).toMatch(/networkPolicy/)
    expect(await cache.pods()).toEqual([])
  })
})
