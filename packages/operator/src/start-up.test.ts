import { createClient, systemClock } from '@orlop/kube'
import { FakeApiServer } from '@orlop/kube/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findObstacles, type Scope, untilPossible } from './start-up.ts'

let server: FakeApiServer
let client: ReturnType<typeof createClient>
let installed: boolean
/** What is asked for: VERB RESOURCE NAMESPACE. */
let asked: string[]
let allowed: (question: string) => boolean
const stop = new AbortController()
const everywhere: Scope = { namespaces: [], leaseNamespace: 'orlop-system' }

beforeEach(async () => {
  server = await FakeApiServer.start()
  client = createClient(server.config)
  installed = true
  asked = []
  allowed = () => true
  server.fault = ({ path, body }, response) => {
    const answer = (status: number, value: object): true => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      return true
    }
    if (path === '/apis/orlop.dev/v1alpha1')
      return installed ? answer(200, { resources: [{ name: 'redis' }] }) : answer(404, { kind: 'Status' })
    if (!path.endsWith('/selfsubjectaccessreviews')) return false
    const review: unknown = Reflect.get(Object(body), 'spec')
    const of: Record<string, string> = Object(Reflect.get(Object(review), 'resourceAttributes'))
    const question = `${of['verb']} ${of['resource']}${of['subresource'] ? `/${of['subresource']}` : ''} ${of['namespace'] ?? '*'}`
    asked.push(question)
    return answer(201, { status: { allowed: allowed(question) } })
  }
})
afterEach(async () => {
  await client.close()
  await server.stop()
})

const find = (scope = everywhere) => findObstacles(client, scope, stop.signal)

test('where everything is as it should be nothing is in the way', async () => {
  expect(await find()).toEqual([])
  expect(asked).toContain('get secrets *')
  expect(asked).toContain('update leases orlop-system')
})

test('named namespaces are asked about one by one, and Secrets nowhere else', async () => {
  expect(await find({ namespaces: ['a', 'b'], leaseNamespace: 'home' })).toEqual([])
  expect(asked.filter((question) => question.includes('secrets')).sort()).toEqual(
    ['a', 'b'].flatMap((ns) => ['create', 'get', 'patch'].map((verb) => `${verb} secrets ${ns}`)).sort(),
  )
  expect(asked.filter((question) => question.endsWith('*')).sort()).toEqual(
    ['nodes', 'storageclasses'].flatMap((what) => [`list ${what} *`, `watch ${what} *`]).sort(),
  )
})

test('a missing rule is named: verbs, resource, group and place', async () => {
  allowed = (question) => !/^(create|patch) statefulsets b$/.test(question)
  const found = await find({ namespaces: ['a', 'b'], leaseNamespace: 'home' })
  expect(found).toMatchObject([{ code: 'NotAllowed' }])
  expect(found[0]?.message).toContain('create, patch statefulsets.apps in namespace b')
  expect(found[0]?.message).not.toContain('namespace a')
})

test('missing definitions are named, a server that does not answer too', async () => {
  installed = false
  expect(await find()).toMatchObject([{ code: 'NotInstalled' }])
  server.fault = (_, response) => {
    response.destroy()
    return true
  }
  expect(await find()).toMatchObject([{ code: 'Unreachable' }])
})

test('it waits, says what for, and goes on once that is there', async () => {
  installed = false
  const told: (string | undefined)[] = []
  const lines: string[] = []
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), child: () => log, error: vi.fn() }
  log.error.mockImplementation((_: object, message: string) => lines.push(message))
  const clock = {
    ...systemClock,
    sleep: async () => {
      if (told.length === 3) installed = true
    },
  }
  await untilPossible({ client, clock, log }, everywhere, (text) => told.push(text), stop.signal)
  expect(told).toHaveLength(4)
  expect(told[0]).toContain('Redis')
  expect(told.at(-1)).toBeUndefined()
  expect(lines, 'said once').toHaveLength(1)
})
