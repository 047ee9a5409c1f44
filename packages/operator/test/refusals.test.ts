/** What is refused, in which words, and that a refusal touches nothing that runs and ends when the resource is corrected. */
import { isAlreadyExists, type KubeError, resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Instances, instancesOf, podsOf } from '../testing/instances.ts'
import { createWorld, eventually, type World } from '../testing/world.ts'

const spec = {
  version: '7.0',
  memory: '32Mi',
  instances: 2,
  failover: { mode: 'none' },
  config: { hz: '20' },
}
const pods = podsOf('sessions', 2)
let world: World
let instances: Instances

beforeAll(async () => {
  world = await createWorld()
  instances = instancesOf(world)
  world.startOperator()
  await world.apply('sessions', spec)
  await world.ready('sessions')
})
afterAll(() => world.stop())

/** What must not change: the pods and what they are labelled, the roles, and the configuration that is in force. */
async function running(): Promise<unknown> {
  const labels = await Promise.all(pods.map(async (pod) => (await world.pod(pod)).metadata.labels))
  const roles = await Promise.all(pods.map(instances.roleOf))
  const configs = await Promise.all(
    pods.map((pod) => world.connect(pod, (redis) => redis.configGet('[hms]*'))),
  )
  return { uids: await instances.uidsOf(pods), labels, roles, configs }
}

const readyOf = async (name: string) =>
  (await world.redis(name)).status?.conditions?.find((c) => c.type === 'Ready')

/** As `kubectl apply --server-side --validate=strict`. */
function applyStrictly(change: Record<string, unknown>, name = 'sessions'): Promise<unknown> {
  return world.client.request('PATCH', `/apis/orlop.dev/v1alpha1/namespaces/default/redis/${name}`, {
    query: { fieldManager: 'test', force: 'true', fieldValidation: 'Strict' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'orlop.dev/v1alpha1',
      kind: 'Redis',
      metadata: { name },
      spec: { ...spec, ...change },
    },
  })
}

async function messageOf(refused: Promise<unknown>): Promise<string> {
  return refused.then(
    () => 'it was taken',
    (error: KubeError) => error.message,
  )
}

describe('refused by the API server', () => {
  const cases: readonly [what: string, change: Record<string, unknown>, says: RegExp][] = [
    ['a field that does not exist', { memroy: '1Gi' }, /spec\.memroy/],
    ['a field that does not exist, further in', { persistence: { fsnyc: 'no' } }, /spec\.persistence\.fsnyc/],
    [
      'evict-on-expire',
      { config: { 'evict-on-expire': 'yes' } },
      /spec\.config has "evict-on-expire".*no supported version/,
    ],
    ['dsn-role', { config: { 'dsn-role': 'primary' } }, /spec\.config has "dsn-role".*no supported version/],
    ['a number of instances in words', { instances: 'three' }, /spec\.instances.*(string|integer)/],
    ['a switch that is a text', { paused: 'yes' }, /spec\.paused.*(string|boolean)/],
    ['no instances', { instances: 0 }, /spec\.instances.*0.*greater than or equal to 1/],
    [
      'too few Sentinels',
      { failover: { mode: 'sentinel', sentinel: { instances: 2 } } },
      /sentinel\.instances.*2.*greater than or equal to 3/,
    ],
    [
      'more required replicas than there are',
      { writes: { minReplicas: 2 } },
      /spec\.writes\.minReplicas must be less than spec\.instances/,
    ],
    ['an engine nobody knows', { engine: 'memcached' }, /spec\.engine.*"memcached".*"redis", "valkey"/],
    ['a version nobody knows', { version: '5.0' }, /spec\.version is "5\.0".*6\.2, 7\.0/],
    ['less memory than a server needs', { memory: '64' }, /spec\.memory is "64".*at least 1Mi.*write 256Mi/],
    [
      'more memory than its limit has room for',
      { memory: '100Mi', resources: { limits: { memory: '120Mi' } } },
      /spec\.memory is 100Mi, more than 70 %.*120Mi.*raise the limit/,
    ],
    [
      'a password and none',
      { auth: { disabled: true, secretName: 'mine' } },
      /spec\.auth\.disabled is true.*leave one of them out/,
    ],
  ]
  test.each(cases)('%s', async (_, change, says) => {
    const before = await running()
    expect(await messageOf(applyStrictly(change))).toMatch(says)
    expect(await running()).toEqual(before)
  })

  const broken = 'a\nb'
  const texts: readonly [field: string, change: Record<string, unknown>][] = [
    ['version', { version: broken }],
    ['image', { image: broken }],
    ['memory', { memory: '32Mi\n' }],
    ['config', { config: { 'notify-keyspace-events': broken } }],
    ['persistence.save', { persistence: { save: '900 1\nappendonly yes' } }],
    ['persistence.storage.size', { persistence: { storage: { size: '1Gi\n' } } }],
    ['persistence.storage.storageClassName', { persistence: { storage: { storageClassName: broken } } }],
    ['writes.maxLag', { writes: { maxLag: '3s\n' } }],
    ['auth.secretName', { auth: { secretName: broken } }],
    ['tls.secretName', { tls: { secretName: broken } }],
    ['service.annotations', { service: { annotations: { note: broken } } }],
    ['placement.dedicated', { placement: { dedicated: broken } }],
    ['placement.priorityClassName', { placement: { priorityClassName: broken } }],
    ['pod.labels', { pod: { labels: { team: broken } } }],
    ['pod.annotations', { pod: { annotations: { note: broken } } }],
    ['pod.serviceAccountName', { pod: { serviceAccountName: broken } }],
  ]
  test.each(texts)('a line break in %s', async (field, change) => {
    expect(await messageOf(applyStrictly(change))).toContain(`spec.${field}`)
  })
})

describe('refused by the operator, as it takes more than the resource to know', () => {
  const cases: readonly [what: string, change: Record<string, unknown>, reason: string, says: RegExp][] = [
    [
      'a directive of another engine',
      { config: { 'availability-zone': 'a' } },
      'NotInVersion',
      /availability-zone/,
    ],
    ['a value out of range', { config: { hz: '100000' } }, 'OutOfRange', /hz.*100000.*500/],
    ['a value of another type', { config: { hz: 'fast' } }, 'InvalidValue', /hz.*fast.*number/],
    [
      'a directive that Orlop owns',
      { config: { maxmemory: '1gb' } },
      'OwnedDirective',
      /maxmemory.*spec\.memory/,
    ],
    [
      'Sentinel',
      { failover: { mode: 'sentinel' } },
      'NotYetSupported',
      /spec\.failover\.mode is "sentinel": say failover: \{mode: none\}/,
    ],
    [
      'failover by the operator',
      { failover: { mode: 'operator' } },
      'NotYetSupported',
      /spec\.failover\.mode is "operator": say/,
    ],
    [
      'TLS',
      { tls: { secretName: 'certificate' } },
      'NotYetSupported',
      /spec\.tls\.secretName is "certificate": leave tls out/,
    ],
    [
      'the exporter',
      { monitoring: { exporter: true } },
      'NotYetSupported',
      /spec\.monitoring\.exporter is true: say/,
    ],
    [
      'a network policy',
      { networkPolicy: { enabled: true } },
      'NotYetSupported',
      /spec\.networkPolicy\.enabled is true: say/,
    ],
    [
      'volumes where there were none',
      { persistence: { mode: 'aof' } },
      'PersistenceIsFixed',
      /spec\.persistence\.mode is aof.*make a new cache/,
    ],
    [
      'a Secret that does not exist',
      { auth: { secretName: 'nowhere' } },
      'SecretMissing',
      /spec\.auth\.secretName is "nowhere".*create it with the key password/,
    ],
  ]
  test.each(cases)('%s; corrected, it recovers', async (_, change, reason, says) => {
    const before = await running()
    await world.apply('sessions', { ...spec, ...change })
    await eventually(
      'it is refused',
      async () => (await readyOf('sessions'))?.reason === reason,
      async () => JSON.stringify((await world.redis('sessions')).status),
    )
    const ready = await readyOf('sessions')
    expect(ready).toMatchObject({ status: 'False', message: expect.stringMatching(says) })
    expect((await world.redis('sessions')).status?.phase).toBe(`Refused: ${ready?.message}`)
    expect(await running()).toEqual(before)
    await world.apply('sessions', spec)
    await world.ready('sessions')
    expect(await running()).toEqual(before)
  })

  test('it is told as an event once, however often it is looked at', async () => {
    const refusals = async () =>
      (await instances.eventsOf('sessions')).filter((e) => e.type === 'Warning' && e.reason === 'OutOfRange')
    const already = (await refusals()).length
    for (const maxLag of ['4s', '5s', '6s']) {
      await world.apply('sessions', { ...spec, config: { hz: '7777' }, writes: { maxLag } })
      await eventually('the operator has looked', async () => {
        const { metadata, status } = await world.redis('sessions')
        return status?.observedGeneration === metadata.generation
      })
    }
    await eventually('it is told', async () => (await refusals()).length > already)
    await world.apply('sessions', { ...spec, config: { hz: '8888' } })
    await eventually('another value is told too', async () =>
      (await refusals()).some((e) => e.note?.includes('8888')),
    )
    const told = (await refusals()).filter((e) => e.note?.includes('7777'))
    expect(told.map((e) => [e.note, e.series])).toEqual([[expect.stringMatching(/hz.*7777/), undefined]])
    await world.apply('sessions', spec)
    await world.ready('sessions')
  })
})

describe('a Secret of the user', () => {
  async function secret(password: string): Promise<void> {
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'later-auth', namespace: 'default' },
      data: { password: Buffer.from(password).toString('base64') },
    }
    try {
      await world.client.create(resources.secrets, object)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      const where = { namespace: 'default', name: 'later-auth' }
      await world.client.patch(resources.secrets, where, { type: 'merge', body: { data: object.data } })
    }
  }
  const refusedFor = (reason: string): Promise<unknown> =>
    eventually(
      `it is refused for ${reason}`,
      async () => (await readyOf('later'))?.reason === reason && readyOf('later'),
      async () => JSON.stringify((await world.redis('later')).status),
    )

  test('that is missing, empty or broken is waited for, and nothing is made before it is right', async () => {
    await world.apply('later', { ...spec, instances: 1, auth: { secretName: 'later-auth' } })
    expect(await refusedFor('SecretMissing')).toMatchObject({ message: expect.stringMatching(/later-auth/) })
    await secret('')
    expect(await refusedFor('SecretInvalid')).toMatchObject({
      message: expect.stringMatching(/later-auth has an empty password; set the key "password"/),
    })
    await secret('first\nsecond')
    await eventually('the line break is named', async () =>
      (await readyOf('later'))?.message.includes('line break'),
    )
    const made = await world.client.list(resources.statefulSets, {
      namespace: 'default',
      labelSelector: 'orlop.dev/redis=later',
    })
    expect(made.items).toEqual([])
    await secret('a "good" \\one $')
    await world.ready('later')
    await instances.set('later-0', 'key', 'value')
    expect(await instances.get('later-0', 'key')).toBe('value')
  })
})
