import type { Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { startHealthServer } from './health-server.ts'
import { createMetrics } from './metrics.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

const well = (): undefined => undefined

async function start(
  o: { stuck?: () => string | undefined; waitingFor?: () => string | undefined } = {},
  metrics = createMetrics(),
): Promise<string> {
  const { registry } = metrics
  server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    registry,
    stuck: well,
    waitingFor: well,
    ...o,
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return `http://127.0.0.1:${address.port}`
}

test('healthy from the start, ready once there is nothing to wait for', async () => {
  let waitingFor: string | undefined = 'the roles'
  const url = await start({ waitingFor: () => waitingFor })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  const unready = await fetch(`${url}/readyz`)
  expect([unready.status, await unready.text()]).toEqual([503, 'the roles\n'])
  waitingFor = undefined
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
})

test('stuck is unhealthy, and says why', async () => {
  const url = await start({ stuck: () => 'the lease was not renewed for 40 s' })
  const answer = await fetch(`${url}/healthz`)
  expect([answer.status, await answer.text()]).toEqual([503, 'the lease was not renewed for 40 s\n'])
})

test('metrics tell of passes, actions and caches, and forget a cache that is gone', async () => {
  const metrics = createMetrics()
  const url = await start({}, metrics)
  metrics.reconciled('Redis', 'ok', 0.004)
  metrics.acted('Redis', 'promote')
  metrics.resource('Redis', 'default', 'sessions', { ready: true, instances: 3, readyInstances: 2 })
  metrics.queued('redis', 3)
  const text = await (await fetch(`${url}/metrics`)).text()
  expect(text).toMatch(/^orlop_build_info\{version="\d+\.\d+\.\d+"\} 1$/m)
  expect(text).toContain('orlop_queue_depth{controller="redis"} 3')
  // By the names that dashboards know.
  for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
    expect(text).toContain(`\n${name} `)
  expect(text).toContain('orlop_reconcile_total{kind="Redis",result="ok"} 1')
  expect(text).toContain('orlop_action_total{kind="Redis",action="promote"} 1')
  expect(text).toContain('orlop_resource_ready_instances{kind="Redis",namespace="default",name="sessions"} 2')
  metrics.resource('Redis', 'default', 'sessions', undefined)
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('name="sessions"')
})

test('a port that is taken is an error, not silence', async () => {
  const url = new URL(await start())
  const second = startHealthServer({
    host: '127.0.0.1',
    port: Number(url.port),
    registry: createMetrics().registry,
    stuck: well,
    waitingFor: well,
  })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
