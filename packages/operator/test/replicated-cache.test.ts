/** A cache of three instances on real servers: what its user sees when it grows, shrinks, changes and breaks. */
import { readdir, readFile } from 'node:fs/promises'
import { redisResource } from '@orlop/api'
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, eventually, type World } from '../testing/world.ts'

const spec = { version: '7.0', memory: '32Mi', instances: 3, failover: { mode: 'none' } }
let world: World

beforeAll(async () => {
  world = await createWorld()
  world.startOperator()
  await world.apply('sessions', spec)
  await world.ready('sessions')
})
afterAll(() => world.stop())

const roleOf = (pod: string): Promise<string> =>
  world.connect(pod, async (redis) => (await redis.role()).role)
const get = (pod: string, key: string): Promise<unknown> =>
  world.connect(pod, (redis) => redis.command(['GET', key]))
const set = (pod: string, key: string, value: string): Promise<unknown> =>
  world.connect(pod, (redis) => redis.command(['SET', key, value]))
const primaryOf = async (): Promise<string> => (await world.redis('sessions')).status?.primary ?? ''

async function addressesOf(service: string): Promise<string[]> {
  const slices = await world.client.list(resources.endpointSlices, {
    namespace: 'default',
    labelSelector: `kubernetes.io/service-name=${service}`,
  })
  return slices.items
    .flatMap((slice) =>
      slice.endpoints.filter((e) => e.conditions?.ready !== false).flatMap((e) => e.targetRef?.name ?? []),
    )
    .sort()
}

test('one primary and two replicas; writes arrive everywhere', async () => {
  expect(await Promise.all(['sessions-0', 'sessions-1', 'sessions-2'].map(roleOf))).toEqual([
    'primary',
    'replica',
    'replica',
  ])
  await set('sessions-0', 'greeting', 'hello')
  for (const pod of ['sessions-1', 'sessions-2']) {
    await eventually(`${pod} has it`, async () => (await get(pod, 'greeting')) === 'hello')
  }
})

test('the Services lead to the primary, to the replicas, and to everybody', async () => {
  await eventually(
    'the writes go to the primary',
    async () => String(await addressesOf('sessions')) === 'sessions-0',
  )
  await eventually(
    'the reads go to the replicas',
    async () => String(await addressesOf('sessions-ro')) === 'sessions-1,sessions-2',
  )
  await eventually(
    'everybody is to be found',
    async () => String(await addressesOf('sessions-nodes')) === 'sessions-0,sessions-1,sessions-2',
  )
})

test('the status says what a person wants to know', async () => {
  // A replica that has yet to hear of a write just done is behind, and comes after.
  const status = await eventually('both follow closely', async () => {
    const { status } = await world.redis('sessions')
    return status?.instances?.filter(({ state }) => state === 'in sync').length === 2 && status
  })
  expect(status).toMatchObject({
    phase: 'Healthy',
    primary: 'sessions-0',
    instancesReady: '3/3',
    endpoints: { writes: 'sessions.default.svc:6379' },
    binding: { name: 'sessions-binding' },
  })
  expect(status.instances?.map((i) => [i.pod, i.role, i.state, i.version])).toEqual([
    ['sessions-0', 'primary', 'serving', '7.0.15'],
    ['sessions-1', 'replica', 'in sync', '7.0.15'],
    ['sessions-2', 'replica', 'in sync', '7.0.15'],
  ])
})

test('the password is in the Secret and nowhere else', async () => {
  const secret = await world.client.get(resources.secrets, { namespace: 'default', name: 'sessions-auth' })
  const password = Buffer.from(secret.data?.password ?? '', 'base64').toString()
  expect(password.length).toBeGreaterThan(20)
  const everything = JSON.stringify([
    await world.client.list(resources.pods, {}),
    await world.client.list(resources.statefulSets, {}),
    await world.client.list(resources.configMaps, {}),
    await world.client.list(resources.events, {}),
    await world.redis('sessions'),
  ])
  expect(everything).not.toContain(password)
  for (const pod of ['sessions-0', 'sessions-1']) {
    const log = await world.client.request('GET', `/api/v1/namespaces/default/pods/${pod}/log`)
    expect(String(log)).not.toContain(password)
  }
  expect(await commandLines()).not.toContain(password)
})

describe('faults', () => {
  test('kill -9 of a replica: it comes back and catches up', async () => {
    await set('sessions-0', 'before', 'the fault')
    const before = (await world.pod('sessions-2')).status?.containerStatuses?.[0]?.restartCount ?? 0
    await world.kill('sessions-2')
    await eventually(
      'it was restarted',
      async () =>
        ((await world.pod('sessions-2')).status?.containerStatuses?.[0]?.restartCount ?? 0) > before,
    )
    await eventually('it has caught up', async () => (await get('sessions-2', 'before')) === 'the fault')
    await world.ready('sessions')
    expect(await primaryOf()).toBe('sessions-0')
  })

  test('R4: kill -9 of the primary, whose data was in memory only: nothing of the replicas is lost', async () => {
    const primary = await primaryOf()
    await set(primary, 'precious', 'data')
    await eventually('a replica has it', async () => (await get('sessions-1', 'precious')) === 'data')
    await eventually('the other has it', async () => (await get('sessions-2', 'precious')) === 'data')
    await world.kill(primary)
    await eventually('another is the primary', async () => (await primaryOf()) !== primary)
    await world.ready('sessions')
    const now = await primaryOf()
    expect(await roleOf(now)).toBe('primary')
    for (const pod of ['sessions-0', 'sessions-1', 'sessions-2'])
      await eventually(`${pod} has it`, async () => (await get(pod, 'precious')) === 'data')
    await eventually('the writes follow', async () => String(await addressesOf('sessions')) === now)
  })

  test('a replica that somebody made a primary by hand is brought back', async () => {
    const primary = await primaryOf()
    const replica = ['sessions-0', 'sessions-1', 'sessions-2'].find((pod) => pod !== primary) ?? ''
    await world.connect(replica, (redis) => redis.command(['REPLICAOF', 'NO', 'ONE']))
    // Redis tells nobody: the next look at rest finds it. A change of the resource makes the operator look now.
    await world.client.patch(
      redisResource,
      { namespace: 'default', name: 'sessions' },
      { type: 'merge', body: { metadata: { annotations: { look: 'now' } } } },
    )
    await eventually('it follows again', async () => (await roleOf(replica)) === 'replica')
    expect(await primaryOf()).toBe(primary)
  })
})

describe('changes', () => {
  test('a directive that can change live is set everywhere, and nothing restarts', async () => {
    const uids = async (): Promise<string[]> =>
      Promise.all(
        ['sessions-0', 'sessions-1', 'sessions-2'].map(
          async (pod) => (await world.pod(pod)).metadata.uid ?? '',
        ),
      )
    const before = await uids()
    await world.apply('sessions', { ...spec, config: { hz: '25', 'slowlog-max-len': '256' } })
    for (const pod of ['sessions-0', 'sessions-1', 'sessions-2']) {
      await eventually(`${pod} has it`, async () =>
        world.connect(
          pod,
          async (redis) =>
            (await redis.configGet('hz')).hz === '25' &&
            (await redis.configGet('slowlog-max-len'))['slowlog-max-len'] === '256',
        ),
      )
    }
    expect(await uids()).toEqual(before)
  })

  test('one that takes a restart: replicas first, then the primary by a switchover; no acknowledged write is lost', async () => {
    await world.ready('sessions')
    const writer = startWriter()
    await world.apply('sessions', { ...spec, config: { hz: '25', databases: '20' } })
    await eventually('every instance has it', async () => {
      for (const pod of ['sessions-0', 'sessions-1', 'sessions-2']) {
        if ((await world.connect(pod, (redis) => redis.configGet('databases'))).databases !== '20')
          return false
      }
      return true
    })
    await world.ready('sessions')
    const { acknowledged } = await writer.stop()
    expect(acknowledged.length).toBeGreaterThan(50)
    const primary = await primaryOf()
    const kept = await world.connect(primary, (redis) => redis.command(['MGET', ...acknowledged]))
    expect(Array.isArray(kept) && kept.filter((value) => value === null)).toEqual([])
    await eventually('events tell of both', async () => {
      const { items } = await world.client.list(resources.events, { namespace: 'default' })
      return ['ConfigChanged', 'SwitchedOver'].every((wanted) =>
        items.some(({ reason }) => reason === wanted),
      )
    })
  })

  test('scaled in by the scale subresource, the primary among those that go hands over first', async () => {
    await world.connect(await primaryOf(), (redis) => redis.command(['SET', 'kept', 'yes']))
    const path = '/apis/orlop.dev/v1alpha1/namespaces/default/redis/sessions/scale'
    await world.client.request('PATCH', path, {
      body: { spec: { replicas: 1 } },
      contentType: 'application/merge-patch+json',
    })
    await world.ready('sessions')
    expect(await primaryOf()).toBe('sessions-0')
    expect(await get('sessions-0', 'kept')).toBe('yes')
    await eventually(
      'reads go to the primary, as there is no replica',
      async () => String(await addressesOf('sessions-ro')) === 'sessions-0',
    )
  })

  test('and out again: the new ones get the data before they take reads', async () => {
    await world.apply('sessions', { ...spec, config: { hz: '25', databases: '20' } })
    await world.ready('sessions')
    await eventually(
      'reads go to the replicas',
      async () => String(await addressesOf('sessions-ro')) === 'sessions-1,sessions-2',
    )
    expect(await get('sessions-2', 'kept')).toBe('yes')
  })

  test('paused, it says so and touches nothing', async () => {
    await world.apply('sessions', { ...spec, config: { hz: '40', databases: '20' }, paused: true })
    await eventually('it says so', async () =>
      (await world.redis('sessions')).status?.phase?.startsWith('Paused'),
    )
    expect((await world.connect(await primaryOf(), (redis) => redis.configGet('hz'))).hz).toBe('25')
    await world.apply('sessions', { ...spec, config: { hz: '40', databases: '20' }, paused: false })
    await eventually(
      'it goes on',
      async () => (await world.connect(await primaryOf(), (redis) => redis.configGet('hz'))).hz === '40',
    )
  })
})

test('deleted and made anew at once: it starts afresh, with a password of its own', async () => {
  const passwordNow = async (): Promise<string | undefined> =>
    (await world.client.get(resources.secrets, { namespace: 'default', name: 'sessions-auth' })).data
      ?.password
  const before = await passwordNow()
  const uid = (await world.redis('sessions')).metadata.uid
  await world.client.delete(redisResource, { namespace: 'default', name: 'sessions' })
  await world.apply('sessions', spec)
  const { metadata } = await world.ready('sessions')
  expect(metadata.uid).not.toBe(uid)
  expect(await passwordNow()).not.toBe(before)
  expect(await world.connect(await primaryOf(), (redis) => redis.command(['DBSIZE']))).toBe(0)
})

test('deleted, everything it made goes, and what it did not make stays', async () => {
  await world.client.delete(redisResource, { namespace: 'default', name: 'sessions' })
  await eventually('nothing is left', async () => {
    const selected = { namespace: 'default', labelSelector: 'orlop.dev/redis=sessions' }
    const lists = await Promise.all(
      [
        resources.pods,
        resources.statefulSets,
        resources.services,
        resources.configMaps,
        resources.secrets,
        resources.podDisruptionBudgets,
      ].map((resource) => world.client.list(resource, selected)),
    )
    return lists.every((list) => list.items.length === 0)
  })
})

/** The arguments of every process of the test's namespace: of drydock, of the operator and of every pod. */
async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  // A process may end between the two looks; one that is gone shows nothing to anybody.
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  const all = lines.join('\n')
  if (!all.includes('redis-server')) throw new Error('the processes of the pods are not to be seen')
  return all
}

/** Writes unique keys through the Service as a client does: one at a time, connecting anew after an error. */
function startWriter(): { stop(): Promise<{ acknowledged: string[] }> } {
  const acknowledged: string[] = []
  let running = true
  const loop = async (): Promise<void> => {
    const { withConnection } = await import('@orlop/redis')
    const service = await world.client.get(resources.services, { namespace: 'default', name: 'sessions' })
    const secret = await world.client.get(resources.secrets, { namespace: 'default', name: 'sessions-auth' })
    const target = {
      host: service.spec?.clusterIP ?? '',
      port: 6379,
      password: Buffer.from(secret.data?.password ?? '', 'base64').toString(),
    }
    let n = 0
    while (running) {
      try {
        await withConnection(target, {}, async (redis) => {
          while (running) {
            const key = `written:${++n}`
            await redis.command(['SET', key, String(n)], { timeout: 7000 })
            acknowledged.push(key)
          }
        })
      } catch {
        // The client of a cache lives with this: a write that was not acknowledged is not counted.
      }
    }
  }
  const done = loop()
  return {
    async stop() {
      running = false
      await done
      return { acknowledged }
    },
  }
}
