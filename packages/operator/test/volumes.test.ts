/** What becomes of the volumes of a cache when it grows, shrinks, goes and comes again. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isNotFound, type PersistentVolumeClaim, resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Instances, instancesOf, podsOf } from '../testing/instances.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

let world: World
let instances: Instances

beforeAll(async () => {
  world = await createWorld()
  instances = instancesOf(world)
  world.startOperator()
})
afterAll(() => world.stop())

const cache = (storage: Record<string, unknown>, count = 2): Record<string, unknown> => ({
  version: '7.0',
  memory: '32Mi',
  instances: count,
  failover: { mode: 'none' },
  persistence: { mode: 'aof', storage },
})
const claimOf = (pod: string): Promise<PersistentVolumeClaim> =>
  world.client.get(resources.persistentVolumeClaims, { namespace: 'default', name: `data-${pod}` })
const claimUidsOf = (pods: readonly string[]): Promise<string[]> =>
  Promise.all(pods.map(async (pod) => (await claimOf(pod)).metadata.uid ?? ''))
const folderOf = (claim: PersistentVolumeClaim): string =>
  join(dirname(world.drydock.kubeconfig), 'volumes', claim.spec?.volumeName ?? 'none')
const passwordOf = async (name: string): Promise<string> => {
  const secret = await world.client.get(resources.secrets, { namespace: 'default', name: `${name}-auth` })
  return secret.data?.password ?? ''
}
async function isGone(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look()
    return false
  } catch (error) {
    if (isNotFound(error)) return true
    throw error
  }
}

describe('of a class that can expand', () => {
  const pods = podsOf('grown', 2)

  beforeAll(async () => {
    await world.apply('grown', cache({ size: '1Gi' }))
    await world.ready('grown')
  })

  test('every claim grows while the servers run', async () => {
    const before = await instances.uidsOf(pods)
    await world.apply('grown', cache({ size: '2Gi' }))
    for (const pod of pods) {
      await eventually(
        `the volume of ${pod} has 2Gi`,
        async () => (await claimOf(pod)).status?.capacity?.storage === '2Gi',
        async () => JSON.stringify((await claimOf(pod)).status),
      )
    }
    await world.ready('grown')
    expect(await instances.uidsOf(pods)).toEqual(before)
    expect(await Promise.all(pods.map(instances.restartsOf))).toEqual([0, 0])
    await eventually('an event says so', async () =>
      (await instances.eventsOf('grown')).some((e) => e.reason === 'VolumeGrown'),
    )
  })

  test('an instance that is added later has as much', async () => {
    await world.apply('grown', cache({ size: '2Gi' }, 3))
    await world.ready('grown')
    await eventually(
      'its volume has 2Gi',
      async () => (await claimOf('grown-2')).status?.capacity?.storage === '2Gi',
    )
  })

  test('scaled in, the volumes stay; scaled out again, they are found with what is in them', async () => {
    await instances.set('grown-0', 'kept', 'yes')
    const claims = await claimUidsOf([...pods, 'grown-2'])
    await world.apply('grown', cache({ size: '2Gi' }, 1))
    await world.ready('grown')
    expect(await claimUidsOf([...pods, 'grown-2'])).toEqual(claims)
    await world.apply('grown', cache({ size: '2Gi' }, 3))
    await world.ready('grown')
    expect(await claimUidsOf([...pods, 'grown-2'])).toEqual(claims)
    await eventually('the key is there', async () => (await instances.get('grown-2', 'kept')) === 'yes')
  })
})

describe('of a class that cannot', () => {
  const pods = podsOf('fixed', 2)
  const readyOf = async () => (await world.redis('fixed')).status?.conditions?.find((c) => c.type === 'Ready')

  test('more is refused with the way back, and what runs is left as it is', async () => {
    await world.apply('fixed', cache({ size: '1Gi', storageClassName: 'fixed' }))
    await world.ready('fixed')
    await instances.set('fixed-0', 'before', 'the edit')
    const before = await instances.uidsOf(pods)
    await world.apply('fixed', cache({ size: '2Gi', storageClassName: 'fixed' }))
    await eventually(
      'it is refused',
      async () => (await readyOf())?.reason === 'VolumeCannotGrow',
      async () => JSON.stringify((await world.redis('fixed')).status),
    )
    expect(await readyOf()).toMatchObject({
      status: 'False',
      message: expect.stringMatching(
        /storage\.size is 2Gi.*data-fixed-\d has 1Gi.*class fixed.*leave size out/,
      ),
    })
    for (const pod of pods) expect((await claimOf(pod)).spec?.resources?.requests).toEqual({ storage: '1Gi' })
    expect(await instances.uidsOf(pods)).toEqual(before)
    expect(await Promise.all(pods.map(instances.roleOf))).toEqual(['primary', 'replica'])
    // A replica hears of a write after it was acknowledged.
    await eventually(
      'the replica has it too',
      async () => (await instances.get('fixed-1', 'before')) === 'the edit',
    )
  })

  test('the way back works', async () => {
    const before = await instances.uidsOf(pods)
    await world.apply('fixed', cache({ storageClassName: 'fixed' }))
    await world.ready('fixed')
    await world.apply('fixed', cache({ size: '1Gi', storageClassName: 'fixed' }))
    await world.ready('fixed')
    expect(await instances.uidsOf(pods)).toEqual(before)
  })
})

describe('deleted with retain: true', () => {
  const pods = podsOf('again', 2)
  const spec = cache({ size: '1Gi', retain: true })

  async function cordon(unschedulable: boolean): Promise<void> {
    const body = { spec: { unschedulable } }
    await world.client.patch(resources.nodes, { name: 'node-1' }, { type: 'merge', body })
  }

  test('the volumes and the password stay; the same name finds both again, and the newest volume wins', async () => {
    await world.apply('again', spec)
    await world.ready('again')
    const early = await instances.fill('again-0', 'early', 50)
    // The primary moves to again-1, and again-0 is away while more is written: its volume is the older one.
    await world.connect('again-0', (redis) => redis.command(['FAILOVER']))
    await eventually('again-1 serves', async () => (await instances.roleOf('again-1')) === 'primary')
    await instances.poke('again', 'now')
    await eventually('again-1 is recorded', async () => (await instances.primaryOf('again')) === 'again-1')
    const [gone] = await instances.uidsOf(['again-0'])
    await cordon(true)
    await world.client.delete(resources.pods, { namespace: 'default', name: 'again-0' })
    await eventually('again-0 waits for a node', async () => {
      const pod = await world.pod('again-0')
      return pod.metadata.uid !== gone && pod.status?.phase === 'Pending'
    })
    const late = await instances.fill('again-1', 'late', 50)
    const claims = await claimUidsOf(pods)
    const password = await passwordOf('again')

    await instances.remove('again')
    await cordon(false)
    await eventually('the binding, which is made anew, is gone', () =>
      isGone(() => world.client.get(resources.secrets, { namespace: 'default', name: 'again-binding' })),
    )
    expect(await claimUidsOf(pods)).toEqual(claims)
    expect(await passwordOf('again')).toBe(password)

    await world.apply('again', spec)
    await world.ready('again')
    expect(await claimUidsOf(pods)).toEqual(claims)
    expect(await passwordOf('again')).toBe(password)
    for (const pod of pods) {
      await eventually(
        `${pod} has everything`,
        async () => (await instances.missing(pod, [...early, ...late])).length === 0,
      )
    }
  })
})

describe('deleted with retain: false', () => {
  test('claims, volumes, their folders and the password go', async () => {
    await world.apply('gone', cache({ size: '1Gi', retain: false }, 1))
    await world.ready('gone')
    const claim = await claimOf('gone-0')
    const folder = folderOf(claim)
    expect(existsSync(folder)).toBe(true)
    await instances.remove('gone')
    await eventually('the claim is gone', () => isGone(() => claimOf('gone-0')))
    await eventually('the volume is gone', () =>
      isGone(() => world.client.get(resources.persistentVolumes, { name: claim.spec?.volumeName ?? '' })),
    )
    await eventually('the folder is gone', async () => !existsSync(folder))
    await eventually('the password is gone', () => isGone(() => passwordOf('gone')))
  })

  test('where the class retains volumes, the claim goes and the data stays', async () => {
    await world.apply('archive', cache({ size: '1Gi', retain: false, storageClassName: 'fixed' }, 1))
    await world.ready('archive')
    const claim = await claimOf('archive-0')
    await instances.remove('archive')
    await eventually('the claim is gone', () => isGone(() => claimOf('archive-0')))
    await eventually('the volume waits for a person', async () => {
      const name = claim.spec?.volumeName ?? ''
      return (await world.client.get(resources.persistentVolumes, { name })).status?.phase === 'Released'
    })
    expect(existsSync(folderOf(claim))).toBe(true)
  })
})
