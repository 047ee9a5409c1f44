import type { Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { startHealthServer } from './health-server.ts'
import { createMetrics } from './metrics.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

async function start(synced: () => boolean, metrics = createMetrics()): Promise<string> {
  server = await startHealthServer({ host: '127.0.0.1', port: 0, registry: metrics.registry, synced })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return `http://127.0.0.1:${address.port}`
}

test('healthy from the start, ready once the caches are filled', async () => {
  let filled = false
  const url = await start(() => filled)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  filled = true
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
})

test('metrics tell of passes, actions and caches, and forget a cache that is gone', async () => {
  const metrics = createMetrics()
  const url = await start(() => true, metrics)
  metrics.reconciled('Redis', 'ok', 0.004)
  metrics.acted('Redis', 'promote')
  metrics.resource('Redis', 'default', 'sessions', { ready: true, instances: 3, readyInstances: 2 })
  const text = await (await fetch(`${url}/metrics`)).text()
  expect(text).toContain('orlop_reconcile_total{kind="Redis",result="ok"} 1')
  expect(text).toContain('orlop_action_total{kind="Redis",action="promote"} 1')
  expect(text).toContain('orlop_resource_ready_instances{kind="Redis",namespace="default",name="sessions"} 2')
  metrics.resource('Redis', 'default', 'sessions', undefined)
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('name="sessions"')
})

test('a port that is taken is an error, not silence', async () => {
  const url = new URL(await start(() => true))
  const second = startHealthServer({
    host: '127.0.0.1',
    port: Number(url.port),
    registry: createMetrics().registry,
    synced: () => true,
  })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
