import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ConfigMap, createClient, resources, silentLog, systemClock } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApiServer } from '../src/apiserver/server.ts'
import { ApiFaults } from './api-faults.ts'

const faults = new ApiFaults()
const undo: (() => Promise<unknown>)[] = []
let client: Client
const namespace = 'default'

beforeAll(async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'of-'))
  undo.push(() => rm(stateDir, { recursive: true, force: true }))
  const api = await startApiServer({
    stateDir,
    socketPath: join(stateDir, 'api.sock'),
    token: 'token',
    log: silentLog,
    clock: systemClock,
    hooks: faults.hooks,
  })
  undo.push(() => api.close())
  client = createClient(api.config, { userAgent: 'tried' })
  undo.push(() => client.close())
})
afterAll(async () => {
  for (const step of undo.reverse()) await step()
})

const map = (name: string, value = ''): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name },
  data: { value },
})
const write = (name: string, value: string): Promise<ConfigMap> =>
  client.apply(resources.configMaps, map(name, value), { fieldManager: 'test' })

test('the second write of its sort is refused, no other', async () => {
  const of = { verbs: ['create'], kinds: ['ConfigMap'], userAgent: 'tried' } as const
  const end = faults.refuse(of, { status: 409, reason: 'Conflict', nth: 2 })
  await client.create(resources.configMaps, map('first'))
  await expect(client.create(resources.configMaps, map('second'))).rejects.toMatchObject({ code: 'Conflict' })
  await client.create(resources.configMaps, map('second'))
  end()
})

test('lists of the past, and the present again', async () => {
  await write('moving', 'old')
  const { metadata } = await client.list(resources.configMaps, { namespace })
  await write('moving', 'new')
  const valueNow = async (): Promise<string | undefined> => {
    const { items } = await client.list(resources.configMaps, { namespace })
    return items.find((item) => item.metadata.name === 'moving')?.data?.['value']
  }
  const end = faults.showPast({ verbs: ['list'] }, Number(metadata.resourceVersion))
  expect(await valueNow()).toBe('old')
  end()
  expect(await valueNow()).toBe('new')
})

test('events held back arrive merged, and those of others at once', async () => {
  const watch = async (count: number): Promise<string[]> => {
    const { metadata } = await client.list(resources.configMaps, { namespace })
    const seen: string[] = []
    const signal = AbortSignal.timeout(60_000)
    const { resourceVersion } = metadata
    const watching = (async () => {
      for await (const { type, object } of client.watch(resources.configMaps, {
        namespace,
        resourceVersion,
        signal,
      })) {
        seen.push(`${type} ${object.metadata.name} ${object.data?.['value']}`)
        if (seen.length >= count) return
      }
    })()
    await write('held', 'one')
    await write('held', 'two')
    await write('other', 'three')
    held.release('merged')
    await watching
    return seen
  }
  const held = faults.hold({ kinds: ['ConfigMap'], name: 'held' })
  expect(await watch(2)).toEqual(['ADDED held two', 'ADDED other three'])
})
