import { expect, test } from 'vitest'
import { slotsOf } from './slot.ts'
import { type PodFacts, phaseOf, statusOf } from './status.ts'
import {
  type ContainerState,
  type ContainerStatus,
  type PlacedPod,
  type PodSpec,
  placedPod,
} from './types.ts'

const facts: PodFacts = {
  startTime: '2026-01-01T00:00:00Z',
  ip: '10.244.0.5',
  hostIP: '10.244.0.1',
  over: false,
}
const now = '2026-01-01T00:01:00Z'

const running: ContainerState = { running: { startedAt: now } }
const waiting = (reason: string): ContainerState => ({ waiting: { reason } })
const exit = (exitCode: number): ContainerState => ({ terminated: { exitCode } })

function pod(spec: Partial<PodSpec>, status: PlacedPod['status'] = {}): PlacedPod {
  const placed = placedPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u' },
    spec: { containers: [{ name: 'a', image: 'i' }], ...spec },
    status,
  })
  if (!placed) throw new Error('no pod')
  return placed
}

/** The slots of a pod in the states given, init containers first. */
function inStates(p: PlacedPod, ...states: [ContainerState, Partial<ContainerStatus>?][]) {
  const slots = slotsOf(p, now)
  slots.forEach((slot, i) => {
    const [state, more] = states[i] ?? []
    slot.status = { ...slot.status, ...(state && { state }), ...more }
  })
  return slots
}

const lastEnd = { lastState: exit(1) }

test.each<[string, Partial<PodSpec>, [ContainerState, Partial<ContainerStatus>?][], string]>([
  ['nothing has started', {}, [[waiting('ContainerCreating')]], 'Pending'],
  ['it runs', {}, [[running]], 'Running'],
  ['it waits to be restarted', {}, [[waiting('CrashLoopBackOff'), lastEnd]], 'Running'],
  ['its image is not to be had', {}, [[waiting('ImagePullBackOff')]], 'Pending'],
  ['it ended and will be restarted', {}, [[exit(0)]], 'Running'],
  ['it ended well and stays so', { restartPolicy: 'OnFailure' }, [[exit(0)]], 'Succeeded'],
  ['it failed and is tried again', { restartPolicy: 'OnFailure' }, [[exit(1)]], 'Running'],
  ['it failed for good', { restartPolicy: 'Never' }, [[exit(1)]], 'Failed'],
  [
    'the init container runs',
    { initContainers: [{ name: 'i', image: 'i' }] },
    [[running], [waiting('PodInitializing')]],
    'Pending',
  ],
  [
    'the init container failed, to be tried again',
    { initContainers: [{ name: 'i', image: 'i' }] },
    [[exit(1)], [waiting('x')]],
    'Pending',
  ],
  [
    'the init container failed for good',
    { restartPolicy: 'Never', initContainers: [{ name: 'i', image: 'i' }] },
    [[exit(1)], [waiting('x')]],
    'Failed',
  ],
  [
    'a sidecar still runs',
    { restartPolicy: 'Never', initContainers: [{ name: 's', image: 'i', restartPolicy: 'Always' }] },
    [[running, { started: true }], [exit(0)]],
    'Running',
  ],
  [
    'a sidecar has not started',
    { initContainers: [{ name: 's', image: 'i', restartPolicy: 'Always' }] },
    [[waiting('x')], [waiting('x')]],
    'Pending',
  ],
])('%s', (_, spec, states, phase) => {
  const p = pod(spec)
  expect(phaseOf(p, inStates(p, ...states), facts)).toBe(phase)
})

test('a deleted pod whose containers ended has succeeded or failed, whatever its restart policy', () => {
  const p = pod({})
  expect(phaseOf(p, inStates(p, [exit(0)]), { ...facts, over: true })).toBe('Succeeded')
  expect(phaseOf(p, inStates(p, [exit(137)]), { ...facts, over: true })).toBe('Failed')
})

test('readiness of the pod is that of its containers and of its gates', () => {
  const gate = { conditionType: 'example.com/gate' }
  const ready = (p: PlacedPod, containerReady: boolean) =>
    statusOf(p, inStates(p, [running, { ready: containerReady }]), facts, now).conditions?.find(
      (c) => c.type === 'Ready',
    )
  expect(ready(pod({}), true)?.status).toBe('True')
  expect(ready(pod({}), false)).toMatchObject({
    status: 'False',
    message: 'containers with unready status: [a]',
  })
  expect(ready(pod({ readinessGates: [gate] }), true)).toMatchObject({
    status: 'False',
    reason: 'ReadinessGatesNotReady',
  })
  const open = { conditions: [{ type: gate.conditionType, status: 'True' }] }
  expect(ready(pod({ readinessGates: [gate] }, open), true)?.status).toBe('True')
})

test('a condition keeps its time as long as it keeps its status, and conditions of others stay', () => {
  const before = '2026-01-01T00:00:30Z'
  const p = pod(
    {},
    {
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: before },
        { type: 'Initialized', status: 'True', lastTransitionTime: before },
        { type: 'Ready', status: 'False', lastTransitionTime: before },
      ],
    },
  )
  const { conditions } = statusOf(p, inStates(p, [running, { ready: true }]), facts, now)
  const timeOf = (type: string) => conditions?.find((c) => c.type === type)?.lastTransitionTime
  expect([timeOf('PodScheduled'), timeOf('Initialized'), timeOf('Ready')]).toEqual([before, before, now])
})

const ran: ContainerStatus = {
  name: 'a',
  image: 'i',
  imageID: 'x',
  containerID: 'drydock://1',
  ready: true,
  restartCount: 2,
  state: running,
}

test('after the node began anew a container is restarted once more, and what became of it before is not known', () => {
  const [slot] = slotsOf(pod({}, { containerStatuses: [ran] }), now)
  expect(slot?.status).toMatchObject({ restartCount: 3, ready: false, state: { waiting: {} } })
  expect(slot?.status.lastState?.terminated).toMatchObject({
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
  })
})

test('what may run only once is not started again', () => {
  const never = slotsOf(pod({ restartPolicy: 'Never' }, { containerStatuses: [ran] }), now)[0]
  expect(never?.status).toMatchObject({ restartCount: 2, state: { terminated: { exitCode: 137 } } })
  const done = slotsOf(
    pod({ restartPolicy: 'OnFailure' }, { containerStatuses: [{ ...ran, state: exit(0) }] }),
    now,
  )[0]
  expect(done?.status.state?.terminated?.exitCode).toBe(0)
})

test.each<[string, PodSpec['containers'][number]['resources'], string]>([
  ['nothing', {}, 'BestEffort'],
  ['a request', { requests: { memory: '1Mi' } }, 'Burstable'],
  ['only cpu limited', { limits: { cpu: '1' } }, 'Burstable'],
  ['limits', { limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
  [
    'equal ones in other words',
    { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } },
    'Guaranteed',
  ],
])('quality of service with %s asked for', (_, resources, qos) => {
  const p = pod({ containers: [{ name: 'a', image: 'i', ...(resources && { resources }) }] })
  expect(statusOf(p, slotsOf(p, now), facts, now).qosClass).toBe(qos)
})
