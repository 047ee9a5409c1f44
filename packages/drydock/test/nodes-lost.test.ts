import { type Pod, resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventually, isReady } from './node-fixture.ts'
import { createWorkload, type Fleet, namespace, startFleet } from './nodes-fixture.ts'

// Each waits for several things in turn.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 })

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet()
  await createWorkload(fleet, 'StatefulSet', 'set')
  await createWorkload(fleet, 'Deployment', 'web')
  await createWorkload(fleet, 'StatefulSet', 'calm', true)
})
afterAll(() => fleet.close())

const readiness = async (name: string): Promise<string | undefined> =>
  (await fleet.node(name)).status?.conditions?.find(({ type }) => type === 'Ready')?.status
const taints = async (name: string): Promise<string[]> =>
  ((await fleet.node(name)).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort()
const on = (pods: readonly Pod[], node: string): Pod => {
  const found = pods.find((pod) => pod.spec?.nodeName === node)
  if (found === undefined) throw new Error(`no pod on ${node}`)
  return found
}
const isWhole = async (app: string): Promise<boolean> => {
  const pods = await fleet.pods(app)
  return pods.length === 3 && pods.every(isReady) && (await fleet.endpoints(app)).length === 3
}
const allWhole = (): Promise<true> =>
  fleet.until(
    async () =>
      (await isWhole('set')) &&
      (await isWhole('web')) &&
      (await isWhole('calm')) &&
      (await taints('node-2')).length === 0,
  )

describe('a node that is cut off', () => {
  test('is not ready, its pods leave the endpoints, and only what can be replaced is', async () => {
    const [stays, goes] = [on(await fleet.pods('set'), 'node-2'), on(await fleet.pods('web'), 'node-2')]
    await fleet.drydock.node('node-2').cut()
    await fleet.until(async () => (await readiness('node-2')) === 'Unknown')
    const condition = (await fleet.node('node-2')).status?.conditions?.find(({ type }) => type === 'Ready')
    expect(condition).toMatchObject({
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    })
    const unreachable = 'node.kubernetes.io/unreachable'
    await fleet.until(async () => (await taints('node-2')).length === 2)
    expect(await taints('node-2')).toEqual([`${unreachable}:NoExecute`, `${unreachable}:NoSchedule`])
    await fleet.until(async () => !(await fleet.endpoints('set')).includes(stays.status?.podIP ?? ''))
    // The Deployment is whole again, elsewhere.
    await fleet.until(async () => {
      const pods = (await fleet.pods('web')).filter(
        ({ metadata }) => metadata.deletionTimestamp === undefined,
      )
      return pods.length === 3 && pods.every((pod) => isReady(pod) && pod.spec?.nodeName !== 'node-2')
    })
    // Nobody can know that the other one does not run any more: it stays, on its way out.
    const left = await fleet.until(async () => {
      const pod = await fleet.pod(stays.metadata.name)
      return pod?.metadata.deletionTimestamp !== undefined && pod
    })
    expect(left.metadata.uid).toBe(stays.metadata.uid)
    // And run it does.
    const usage = await fleet.drydock.node('node-2').handle?.podUsage(stays.metadata.uid ?? '')
    expect(usage?.rss).toBeGreaterThan(0)
    const said = (name: string, what: string) =>
      fleet.until(async () => (await fleet.events(name)).includes(what))
    const { name } = stays.metadata
    await said(name, 'NodeNotReady: Node is not ready')
    await said(name, `TaintManagerEviction: Marking for deletion Pod ${namespace}/${name}`)
    await said('node-2', 'NodeNotReady: Node node-2 status is now: NodeNotReady')
    const exec = await fleet.kubectl('exec', stays.metadata.name, '--', 'true')
    expect(exec.out).toMatch(/error dialing backend: dial tcp [\d.]+:10250: connect: no route to host/)
    expect(exec.code).not.toBe(0)
    expect(await fleet.pod(goes.metadata.name)).toBeDefined()
  })

  test('ends what was deleted meanwhile when it is back, and is as good as before', async () => {
    const before = await fleet.pods('set')
    await fleet.drydock.node('node-2').mend()
    await fleet.until(async () => (await readiness('node-2')) === 'True')
    await allWhole()
    const after = await fleet.pods('set')
    const kept = after.filter((pod) => before.some(({ metadata }) => metadata.uid === pod.metadata.uid))
    expect(kept.map(({ metadata }) => metadata.name).sort()).toEqual(
      before
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => metadata.name)
        .sort(),
    )
  })

  test('keeps its pods when it is back before they are given up', async () => {
    const patient = await fleet.drydock.client.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'patient', namespace, labels: { app: 'patient' } },
      spec: {
        nodeName: 'node-3',
        containers: [
          {
            name: 'c',
            image: 'redis:7',
            startupProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1, failureThreshold: 60 },
            // Its own node still reaches it.
            livenessProbe: {
              tcpSocket: { port: 6379 },
              periodSeconds: 1,
              timeoutSeconds: 2,
              failureThreshold: 2,
            },
          },
        ],
      },
    })
    await fleet.until(async () => (await fleet.pods('patient')).every(isReady))
    await fleet.drydock.network.faults.partition('node-3')
    await fleet.until(async () => !(await fleet.pods('patient')).some(isReady))
    await fleet.drydock.network.faults.heal('node-3')
    const again = await fleet.until(async () => (await fleet.pods('patient')).find(isReady))
    expect(again.metadata).toMatchObject({ uid: patient.metadata.uid })
    expect(again.status?.containerStatuses?.[0]?.restartCount).toBe(0)
    await fleet.drydock.client.delete(resources.pods, again.metadata, { gracePeriodSeconds: 0 })
    await allWhole()
  })
})

describe('a node that is switched off', () => {
  test('starts its pods again in place: the same pods, one restart, new addresses', async () => {
    const machine = fleet.drydock.node('node-2')
    const before = on(await fleet.pods('calm'), 'node-2')
    await machine.powerOff()
    expect(machine.state).toBe('off')
    await fleet.until(async () => (await readiness('node-2')) === 'Unknown')
    await fleet.until(async () => !isReady((await fleet.pod(before.metadata.name)) ?? before))
    await machine.powerOn()
    await fleet.until(async () => (await readiness('node-2')) === 'True')
    const after = await fleet.until(async () => {
      const pod = await fleet.pod(before.metadata.name)
      return pod && isReady(pod) && pod
    })
    expect(after.metadata).toMatchObject({ uid: before.metadata.uid })
    expect(after.status?.containerStatuses?.[0]?.restartCount).toBe(1)
    expect(after.status?.podIP).not.toBe(before.status?.podIP)
    await allWhole()
  })

  test('gives up its StatefulSet pods once a person says that it is out of service', async () => {
    const before = on(await fleet.pods('calm'), 'node-2')
    await fleet.drydock.node('node-2').powerOff()
    await fleet.until(async () => (await readiness('node-2')) === 'Unknown')
    const { code, out } = await fleet.kubectl(
      'taint',
      'nodes',
      'node-2',
      'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
    )
    expect(out).toContain('node-2 tainted')
    expect(code).toBe(0)
    const moved = await fleet.until(async () => {
      const pod = await fleet.pod(before.metadata.name)
      return pod && pod.metadata.uid !== before.metadata.uid && isReady(pod) && pod
    })
    expect(moved.spec?.nodeName).not.toBe('node-2')
    await fleet.kubectl('taint', 'nodes', 'node-2', 'node.kubernetes.io/out-of-service-')
    await fleet.drydock.node('node-2').powerOn()
    await allWhole()
  })
})

test('a node that is frozen is lost, and goes on where it stood', async () => {
  const before = (await fleet.pods('calm')).filter((pod) => pod.spec?.nodeName === 'node-1')
  await fleet.drydock.node('node-1').freeze()
  await fleet.until(async () => (await readiness('node-1')) === 'Unknown')
  await fleet.drydock.node('node-1').thaw()
  await fleet.until(async () => (await readiness('node-1')) === 'True')
  await eventually(
    () => isWhole('calm'),
    () => fleet.pods('calm'),
    60_000,
  )
  for (const { metadata } of before) {
    const pod = await fleet.pod(metadata.name)
    expect(pod?.metadata.uid).toBe(metadata.uid)
    expect(pod?.status?.containerStatuses?.[0]?.restartCount).toBe(0)
  }
})

test('a node that nobody knows has no switch', () => {
  expect(() => fleet.drydock.node('node-9')).toThrow(expect.objectContaining({ code: 'NoSuchNode' }))
})
