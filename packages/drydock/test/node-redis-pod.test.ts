import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createPod,
  eventually,
  logs,
  podGone,
  podIs,
  podReady,
  type Ship,
  startShip,
} from './node-fixture.ts'

const run = promisify(execFile)

let ship: Ship
beforeAll(async () => {
  ship = await startShip()
})
afterAll(() => ship.close())

const redis = {
  name: 'redis',
  image: 'redis:7',
  args: ['--save', '', '--protected-mode', 'no'],
  readinessProbe: { tcpSocket: { port: 6379 } },
}

async function cli(ip: string | undefined, ...args: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-h', ip ?? '', ...args])
  return stdout.trim()
}

test('a redis pod answers on its own address, and its status says so', async () => {
  await createPod(ship, 'a', { containers: [redis] })
  const pod = await podReady(ship, 'a')
  expect(await cli(pod.status?.podIP, 'PING')).toBe('PONG')
  expect(pod.status?.phase).toBe('Running')
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    started: true,
    restartCount: 0,
    image: 'redis:7',
  })
  expect(pod.status?.containerStatuses?.[0]?.imageID).toMatch(/redis-server@7/)
})

test('two pods listen on the same port', async () => {
  await createPod(ship, 'b', { containers: [redis] })
  const [a, b] = [await podReady(ship, 'a'), await podReady(ship, 'b')]
  await cli(a.status?.podIP, 'SET', 'who', 'a')
  await cli(b.status?.podIP, 'SET', 'who', 'b')
  expect(await cli(a.status?.podIP, 'GET', 'who')).toBe('a')
})

test('a killed server is restarted, and its end is told', async () => {
  const pod = await createPod(ship, 'killed', { containers: [redis] })
  await podReady(ship, 'killed')
  await eventually(async () => (await logs(ship, 'killed')).includes('Ready to accept connections'))
  ship.node.kill(pod.metadata.uid ?? '')
  const after = await podIs(
    ship,
    'killed',
    (p) => p.status?.containerStatuses?.[0]?.restartCount === 1 && p.status.containerStatuses[0].ready,
  )
  expect(after.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 137,
    reason: 'Error',
  })
  expect(await cli(after.status?.podIP, 'PING')).toBe('PONG')
  expect(await logs(ship, 'killed', '?previous=true')).toContain('Ready to accept connections')
})

test('a server that refuses its configuration ends in CrashLoopBackOff, and its own words are in the log', async () => {
  await createPod(ship, 'broken', { containers: [{ ...redis, args: ['--no-such-directive', 'x'] }] })
  const pod = await podIs(
    ship,
    'broken',
    (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
  )
  expect(pod.status?.phase).toBe('Running')
  expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 1,
    reason: 'Error',
  })
  expect(await logs(ship, 'broken')).toContain('FATAL CONFIG FILE ERROR')
})

test('a deleted pod is shut down cleanly: the server saves and says good-bye', async () => {
  await createPod(ship, 'polite', {
    containers: [
      {
        ...redis,
        args: ['--save', '3600', '1', '--protected-mode', 'no'],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    terminationGracePeriodSeconds: 60,
    volumes: [{ name: 'data', emptyDir: {} }],
  })
  await podReady(ship, 'polite')
  const following = logs(ship, 'polite', '?follow=true')
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'polite' })
  await podGone(ship, 'polite')
  expect(await following).toContain('bye bye')
})
