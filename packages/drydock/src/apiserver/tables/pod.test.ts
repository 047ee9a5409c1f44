import { expect, test } from 'vitest'
import type { JsonObject } from '../object.ts'
import { podPrinter } from './pod.ts'

const now = Date.parse('2026-01-01T01:00:00Z')
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } }

/** Name aside: ready, status, restarts. */
function shown(pod: JsonObject): unknown[] {
  const metadata = { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z' }
  return podPrinter.cells({ metadata, ...pod }, now).slice(1, 4)
}

function withContainers(...statuses: JsonObject[]): JsonObject {
  return {
    spec: { containers: statuses.map((_, at) => ({ name: `c${at}` })) },
    status: {
      phase: 'Running',
      containerStatuses: statuses.map((status, at) => ({ name: `c${at}`, ...status })),
    },
  }
}

test('the phase is the status where no container says better', () => {
  expect(shown({ spec: { containers: [{}] }, status: { phase: 'Pending' } })).toEqual(['0/1', 'Pending', '0'])
  expect(shown(withContainers({ ready: true, state: running }))).toEqual(['1/1', 'Running', '0'])
  expect(shown({ status: { phase: 'Failed', reason: 'Evicted' } })).toEqual(['0/0', 'Evicted', '0'])
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }]
  expect(shown({ status: { phase: 'Pending', conditions } })[1]).toBe('SchedulingGated')
})

test('a container that waits or ended is the status', () => {
  const waiting = { state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 3 }
  const lastState = { terminated: { finishedAt: '2026-01-01T00:58:00Z' } }
  expect(shown(withContainers({ ...waiting, lastState }))).toEqual(['0/1', 'CrashLoopBackOff', '3 (2m ago)'])
  expect(shown(withContainers({ state: { waiting: { reason: 'ErrImagePull' } } }))[1]).toBe('ErrImagePull')
  expect(shown(withContainers({ state: { terminated: { exitCode: 1, reason: 'Error' } } }))[1]).toBe('Error')
  expect(shown(withContainers({ state: { terminated: { exitCode: 3 } } }))[1]).toBe('ExitCode:3')
  expect(shown(withContainers({ state: { terminated: { exitCode: 137, signal: 9 } } }))[1]).toBe('Signal:9')
})

test('a pod of which one container completed and another runs is running', () => {
  const pod = withContainers(
    { state: { terminated: { exitCode: 0, reason: 'Completed' } } },
    { ready: true, state: running },
  )
  expect(shown(pod)[1]).toBe('NotReady')
  const conditions = [{ type: 'Ready', status: 'True' }]
  expect(shown({ ...pod, status: { ...Object(pod.status), conditions } })[1]).toBe('Running')
})

test('init containers show how far they are', () => {
  const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 'i' }, { name: 'j' }] }
  const done = { name: 'i', state: { terminated: { exitCode: 0 } } }
  const of = (...initContainerStatuses: JsonObject[]): unknown =>
    shown({ spec, status: { phase: 'Pending', initContainerStatuses } })[1]
  expect(of({ name: 'i', state: running })).toBe('Init:0/2')
  expect(of(done, { name: 'j', state: running })).toBe('Init:1/2')
  expect(of({ name: 'i', state: { waiting: { reason: 'CrashLoopBackOff' } } })).toBe('Init:CrashLoopBackOff')
  expect(of({ name: 'i', state: { waiting: { reason: 'PodInitializing' } } })).toBe('Init:0/2')
  expect(of({ name: 'i', state: { terminated: { exitCode: 2, reason: 'Error' } } })).toBe('Init:Error')
  expect(of({ name: 'i', state: { terminated: { exitCode: 2 } } })).toBe('Init:ExitCode:2')
})

test('a sidecar counts among the containers', () => {
  const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] }
  const sidecar = { name: 's', started: true, ready: true, state: running, restartCount: 2 }
  const status = {
    phase: 'Running',
    initContainerStatuses: [sidecar],
    containerStatuses: [{ name: 'c', ready: true, state: running, restartCount: 1 }],
  }
  expect(shown({ spec, status })).toEqual(['2/2', 'Running', '3'])
})

test('a pod that is being deleted is terminating until it has ended', () => {
  const metadata = { name: 'p', deletionTimestamp: '2026-01-01T00:59:00Z' }
  expect(shown({ metadata, status: { phase: 'Running' } })[1]).toBe('Terminating')
  expect(shown({ metadata, status: { phase: 'Succeeded' } })[1]).toBe('Succeeded')
  expect(shown({ metadata, status: { phase: 'Running', reason: 'NodeLost' } })[1]).toBe('Unknown')
})

test('the wide columns say where the pod is', () => {
  const conditions = [{ type: 'x.dev/a', status: 'True' }]
  const readinessGates = [{ conditionType: 'x.dev/a' }, { conditionType: 'x.dev/b' }]
  const pod = {
    metadata: { name: 'p' },
    spec: { nodeName: 'n', readinessGates },
    status: { podIPs: [{ ip: '10.244.0.2' }], conditions },
  }
  expect(podPrinter.cells(pod, now).slice(4)).toEqual(['<unknown>', '10.244.0.2', 'n', '<none>', '1/2'])
  expect(podPrinter.cells({ metadata: { name: 'p' } }, now).slice(5)).toEqual([
    '<none>',
    '<none>',
    '<none>',
    '<none>',
  ])
})
