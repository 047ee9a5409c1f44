import { FakeClock } from '@orlop/kube'
import { expect, test } from 'vitest'
import type { Container, Probe } from '../pod/types.ts'
import type { Outcome } from './handler.ts'
import { probe } from './prober.ts'

const every10s: Probe = { tcpSocket: { port: 1 }, periodSeconds: 10, failureThreshold: 3 }

/** Runs probes over a world that answers `healthy(seconds)`; gives what was told, with the second it was told in. */
async function told(
  container: Partial<Container>,
  healthy: (seconds: number) => boolean,
  seconds: number,
  stopAt = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const clock = new FakeClock()
  const begun = clock.now()
  const now = (): number => Math.floor((clock.now() - begun) / 1000)
  const said: string[] = []
  const end = new AbortController()
  const stopping = new AbortController()
  const check = async (): Promise<Outcome> => (healthy(now()) ? { ok: true } : { ok: false, message: 'down' })
  const running = probe({
    container: { name: 'c', ...container },
    clock,
    signal: end.signal,
    stopping: stopping.signal,
    check,
    started: () => said.push(`${now()} started`),
    ready: (ready) => said.push(`${now()} ready ${ready}`),
    unhealthy: () => {},
    fatal: (kind) => said.push(`${now()} ${kind} fatal`),
  })
  for (let i = 0; i < seconds * 10; i++) {
    if (now() >= stopAt) stopping.abort()
    await clock.advance(100)
  }
  end.abort()
  await running
  return said
}

test('a container without probes is started and ready at once', async () => {
  expect(await told({}, () => false, 1)).toEqual(['0 started', '0 ready true'])
})

test('readiness is looked at once, and lost after three failures in a row', async () => {
  const said = await told({ readinessProbe: every10s }, (s) => s < 5 || s > 45, 60)
  expect(said).toEqual(['0 started', '0 ready true', '30 ready false', '50 ready true'])
})

test('a server that comes up a moment later does not wait for the next period', async () => {
  let looks = 0
  const said = await told({ readinessProbe: every10s }, () => ++looks > 2, 2)
  expect(said).toEqual(['0 started', '0 ready true'])
})

test('liveness kills after its threshold and only then', async () => {
  expect(await told({ livenessProbe: every10s }, (s) => s < 5, 25)).toEqual(['0 started', '0 ready true'])
  expect(await told({ livenessProbe: every10s }, (s) => s < 5, 35)).toContain('30 liveness fatal')
})

test('nothing else is probed before the startup probe succeeded', async () => {
  const said = await told(
    { startupProbe: { ...every10s, failureThreshold: 10 }, livenessProbe: every10s },
    (s) => s > 35,
    60,
  )
  expect(said).toEqual(['40 started', '40 ready true'])
})

test('a startup probe that never succeeds kills', async () => {
  expect(await told({ startupProbe: every10s }, () => false, 60)).toEqual(['20 startup fatal'])
})

test('a pod being deleted is no longer killed by its liveness probe', async () => {
  const said = await told({ livenessProbe: every10s }, (s) => s < 5, 60, 12)
  expect(said).not.toContain('30 liveness fatal')
})

test('initialDelaySeconds delays the first look', async () => {
  const said = await told({ readinessProbe: { ...every10s, initialDelaySeconds: 7 } }, () => true, 12)
  expect(said).toEqual(['0 started', '7 ready true'])
})
