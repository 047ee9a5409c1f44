import { join } from 'node:path'
import type { KubeObject, Resource } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Kubectl, kubectlFor } from './kubectl-fixture.ts'
import { createPod, eventually, podReady, type Ship, startShip } from './node-fixture.ts'

let ship: Ship
let kubectl: Kubectl
let close: () => Promise<void>
beforeAll(async () => {
  ship = await startShip()
  ;({ kubectl, close } = await kubectlFor(join(ship.stateDir, 'api.sock')))
  const shell = (name: string, script: string) => ({
    name,
    image: 'busybox',
    command: ['sh', '-c', script],
  })
  const containers = [shell('busy', 'while :; do :; done'), shell('idle', 'sleep 1000')]
  await createPod(ship, 'pair', { containers }, { labels: { app: 'pair' } })
  await createPod(ship, 'calm', { containers: [shell('idle', 'sleep 1000')] }, { labels: { app: 'calm' } })
  await podReady(ship, 'pair')
  await podReady(ship, 'calm')
})
afterAll(async () => {
  await close()
  await ship.close()
})

interface PodMetrics extends KubeObject {
  timestamp: string
  window: string
  containers: { name: string; usage: { cpu: string; memory: string } }[]
}
const podMetrics: Resource<PodMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural: 'pods',
  kind: 'PodMetrics',
  namespaced: true,
}

const cores = (text = '0'): number =>
  Number.parseInt(text, 10) / ({ n: 1e9, u: 1e6, m: 1e3 }[text.slice(-1)] ?? 1)

test('a pod that works uses more than one that sleeps', async () => {
  const pair = await eventually(
    async () => {
      const seen = await ship.client.get(podMetrics, { namespace: 'default', name: 'pair' })
      const [busy, idle] = seen.containers.map(({ usage }) => cores(usage.cpu))
      // On a machine with much to do a busy pod gets little of it, and a sleeping one still next to nothing
      // as soon as its program runs.
      return busy !== undefined && idle !== undefined && busy > 10 * idle && busy > 0.02 && seen
    },
    () => ship.client.list(podMetrics, { namespace: 'default' }),
  )
  expect(pair).toMatchObject({
    metadata: { name: 'pair', namespace: 'default', labels: { app: 'pair' } },
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    window: expect.stringMatching(/^[\d.]+s$/),
  })
  const [busy, idle] = pair.containers
  expect(busy).toMatchObject({ name: 'busy', usage: { cpu: expect.stringMatching(/^\d+[mnu]?$/) } })
  expect(idle).toMatchObject({ name: 'idle', usage: { memory: expect.stringMatching(/^\d+[KM]i$/) } })
})

test('figures are chosen by labels, and those of a pod that is not there are not found', async () => {
  const { items } = await eventually(async () => {
    const list = await ship.client.list(podMetrics, { namespace: 'default', labelSelector: 'app=calm' })
    return list.items.length > 0 ? list : undefined
  })
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['calm'])
  await expect(ship.client.get(podMetrics, { namespace: 'default', name: 'nobody' })).rejects.toMatchObject({
    code: 'NotFound',
    message: expect.stringContaining('podmetrics.metrics.k8s.io "default/nobody" not found'),
  })
  await expect(ship.client.delete(podMetrics, { namespace: 'default', name: 'calm' })).rejects.toMatchObject({
    code: 'Unsupported',
  })
})

test('kubectl top shows pods, containers and nodes', async () => {
  await eventually(async () => {
    const { items } = await ship.client.list(podMetrics, { namespace: 'default' })
    const containers = items.flatMap((pod) =>
      pod.containers.map(({ name }) => `${pod.metadata.name} ${name}`),
    )
    return containers.sort().join() === 'calm idle,pair busy,pair idle'
  })
  const lines = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ').trim())
  const sorted = lines(await kubectl('top', 'pod', '--sort-by=cpu'))
  expect(sorted).toEqual([
    'NAME CPU(cores) MEMORY(bytes)',
    expect.stringMatching(/^pair \d+m \d+Mi$/),
    expect.stringMatching(/^calm \d+m \d+Mi$/),
  ])
  const containers = lines(await kubectl('top', 'pod', '-l', 'app=pair', '--containers'))
  expect(containers.slice(1).sort()).toEqual([
    expect.stringMatching(/^pair busy \d+m \d+Mi$/),
    expect.stringMatching(/^pair idle \d+m \d+Mi$/),
  ])
  expect(lines(await kubectl('top', 'node'))).toEqual([
    'NAME CPU(cores) CPU(%) MEMORY(bytes) MEMORY(%)',
    expect.stringMatching(/^one \d+m \d+% \d+Mi \d+%$/),
  ])
  expect(await kubectl('api-versions')).toContain('metrics.k8s.io/v1beta1')
  expect(lines(await kubectl('get', 'pods.metrics.k8s.io'))[0]).toBe('NAME CPU MEMORY WINDOW')
  // The figures do not stand in the way of the objects they are about.
  expect(lines(await kubectl('get', 'pods', '-o', 'name'))).toEqual(['pod/calm', 'pod/pair'])
})
