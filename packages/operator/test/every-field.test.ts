/** Every field with many values: it ends Ready, or refused with a reason; the way back works; and the way there does not matter. */
import { type RedisObject, redisResource } from '@orlop/api'
import {
  ApiFaults,
  differences,
  pointsWanted,
  Run,
  type Snapshot,
  sample,
  type Theatre,
} from '@orlop/drydock/testing'
import { KubeError } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Spec } from '../testing/cache.ts'
import { type Life, startLife } from '../testing/life.ts'
import { type Mutation, mutate, mutations, textOf } from '../testing/mutations.ts'
import { edit, inMemory } from '../testing/scenarios.ts'
import { createWorld, eventually, isSettled, type World } from '../testing/world.ts'

const base = { version: '7.0', memory: '32Mi', instances: 1, failover: { mode: 'none' } }
/** How many values are tried; `FAULT_POINTS=all` tries every one. */
const usual = 40
const minutes = 60_000

let world: World
let theatre: Theatre

beforeAll(async () => {
  const faults = new ApiFaults()
  world = await createWorld({ hooks: faults.hooks })
  theatre = { drydock: world.drydock, faults }
})
afterAll(() => world.stop())

/** What Kubernetes itself says of a pod that cannot run, and Orlop hands on. */
const troubles =
  /Unschedulable|ErrImage|ImagePullBackOff|InvalidImageName|CreateContainerConfigError|CrashLoopBackOff|FailedCreate/

function outcomeOf(cache: RedisObject): string | undefined {
  const { metadata, status } = cache
  if (status?.observedGeneration !== metadata.generation) return undefined
  if (isSettled(cache)) return 'Ready'
  const ready = status?.conditions?.find((c) => c.type === 'Ready')
  if (/^(Refused|Degraded): |^Paused/.test(status?.phase ?? '')) return status?.phase
  const told = JSON.stringify(status)
  return ready?.reason !== undefined && troubles.test(told)
    ? `cannot run: ${troubles.exec(told)?.[0]}`
    : undefined
}

async function applied(name: string, spec: Spec): Promise<string> {
  const refused = await admitted(name, spec)
  return refused ?? (await come(name, outcomeOf))
}

/** Whatever it was, the way back leads here. */
async function takenBack(name: string): Promise<void> {
  await admitted(name, base)
  await come(name, (cache) => (isSettled(cache) ? 'Ready' : undefined))
}

function come(name: string, outcome: typeof outcomeOf): Promise<string> {
  return eventually(
    'it is Ready or refused with a reason',
    async () => outcome(await world.redis(name)),
    async () => JSON.stringify((await world.redis(name)).status),
  )
}

/** Why the API server does not take it; undefined where it does. */
async function admitted(name: string, spec: Spec): Promise<string | undefined> {
  try {
    await world.apply(name, spec)
  } catch (error) {
    if (error instanceof KubeError && (error.code === 'Invalid' || error.code === 'BadRequest')) {
      expect(error.message).not.toBe('')
      return `not admitted: ${error.message}`
    }
    throw error
  }
  return undefined
}

test(
  'every field with every value ends Ready or refused with a reason; taken back, all is well',
  async () => {
    const life: Life = startLife(world.drydock, { namespace: 'default' })
    let broke: unknown
    life.ended.catch((error: unknown) => {
      broke = error
    })
    const all = mutations()
    const chosen = sample(all, pointsWanted(process.env, usual))
    const problems: string[] = []
    const counts = new Map<string, number>()
    expect(await applied('fuzz', base)).toBe('Ready')
    for (const mutation of chosen) {
      try {
        const outcome = await applied('fuzz', mutate(base, mutation))
        const sort = outcome.split(':')[0] ?? ''
        counts.set(sort, (counts.get(sort) ?? 0) + 1)
        if (sort !== 'Ready') await takenBack('fuzz')
      } catch (error) {
        problems.push(`${textOf(mutation)}: ${String(error).slice(0, 1500)}`)
        await world.client
          .delete(redisResource, { namespace: 'default', name: 'fuzz' })
          .catch(() => undefined)
        await takenBack('fuzz')
      }
      expect(broke).toBeUndefined()
    }
    await life.stop()
    console.info(
      `${chosen.length} of ${all.length} values: ${[...counts].map(([sort, n]) => `${n} ${sort}`).join(', ')}`,
    )
    expect(problems).toEqual([])
  },
  30 * minutes,
)

const changes: readonly (readonly [string, readonly Spec[]])[] = [
  [
    'size and settings',
    [
      base,
      { ...base, instances: 3, config: { hz: '30' } },
      { ...base, instances: 2, config: { databases: '32' } },
    ],
  ],
  [
    'what cannot run in between',
    [
      { ...base, instances: 2 },
      { ...base, instances: 2, placement: { nodeSelector: { zone: 'nowhere' } } },
      { ...base, instances: 2, memory: '48Mi' },
    ],
  ],
  [
    'labels and services',
    [
      base,
      { ...base, pod: { labels: { team: 'blue' } }, service: { type: 'NodePort' } },
      { ...base, pod: { labels: { team: 'red' } }, eviction: 'noeviction' },
    ],
  ],
]

test.each(changes)(
  'A, B, C ends as a fresh C: %s',
  async (title, specs) => {
    const slug = title.replaceAll(/\W+/g, '-')
    const there = await endOf(`way-${slug}`, specs)
    const fresh = await endOf(`fresh-${slug}`, specs.slice(-1))
    expect(differences(fresh, there)).toEqual([])
  },
  3 * minutes,
)

/** Only the last is waited for: what comes before may be impossible. */
async function endOf(namespace: string, specs: readonly Spec[]): Promise<Snapshot> {
  const run = await Run.begin(theatre, inMemory, namespace)
  try {
    for (const spec of specs.slice(0, -1)) {
      await run.world.apply(spec)
      const looks = await run.keeper.looks()
      await run.until(async () => (await run.keeper.looks()) > looks + 10, 10_000)
    }
    const last = specs.at(-1) ?? base
    await run.world.apply(last)
    return await run.settle(edit('the last', last))
  } finally {
    await run.close()
  }
}

test('the generator covers every field of the schema', () => {
  const fields = new Set(mutations().map(({ field }: Mutation) => field))
  expect(fields.size).toBeGreaterThan(40)
  expect([...fields]).toContain('spec.placement.nodeSelector')
})
