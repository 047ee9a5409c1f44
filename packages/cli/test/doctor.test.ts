/** Looking at a cluster, the local one: it has nodes, volumes, names and a network to look at. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createDrydock, type Drydock } from '@orlop/drydock'
import { type KubeObject, resources, systemClock } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeCluster } from '../src/doctor/probe/probe.ts'
import { createHere, type Here } from './in-process.ts'
import { manifestOf } from './install-fixture.ts'
import { eventually } from './orlop.ts'

let folder: string
let drydock: Drydock
let here: Here

beforeAll(async () => {
  folder = await mkdtemp('/tmp/od-')
  drydock = await createDrydock({ stateDir: folder, nodes: 2 })
  here = await createHere(await readFile(drydock.kubeconfig, 'utf8'), manifestOf())
})

afterAll(async () => {
  await here?.remove()
  await drydock?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function probes(): Promise<KubeObject[]> {
  const labelSelector = 'orlop.dev/probe'
  const pods = await drydock.client.list(resources.pods, { labelSelector })
  const policies = await drydock.client.list(resources.networkPolicies, { labelSelector })
  return [...pods.items, ...policies.items]
}

const results = (json: string): Record<string, string> => {
  const { checks }: { checks: { check: string; result: string }[] } = JSON.parse(json)
  return Object.fromEntries(checks.map(({ check, result }) => [check, result]))
}

test('without a probe all that an API tells is told, and nothing is made', async () => {
  const { code, stdout } = await here.orlop('doctor', '-o', 'json')
  expect([code, results(stdout)]).toEqual([
    0,
    expect.objectContaining({
      'kubernetes-version': 'ok',
      permissions: 'ok',
      definitions: 'ok',
      operator: 'ok',
      nodes: 'ok',
      zones: 'ok',
      'storage-classes': 'ok',
      clock: 'ok',
      'huge-pages': 'unknown',
      'network-policy': 'unknown',
    }),
  ])
  expect(await probes()).toEqual([])
})

test('a person gets a line a check, and a summary', async () => {
  const { stdout } = await here.orlop('doctor')
  expect(stdout).toMatch(/ ✓ Kubernetes version {3}v1\.34\.\d+\+drydock\n/)
  expect(stdout).toMatch(/ \? Huge pages {11}not looked at; --probe\n/)
  expect(stdout).toMatch(/\n\n\d+ ok(, \d+ warnings?)?, \d+ not known\n$/)
})

test('pods look at kernel and names, and leave nothing behind', async () => {
  const { code, stdout, stderr } = await here.orlop(
    'doctor',
    '--probe',
    '--probe-image',
    'busybox',
    '-o',
    'json',
  )
  const seen = results(stdout)
  expect([code, stderr]).toEqual([0, expect.stringContaining('✓ look from pods in namespace orlop-system')])
  expect(seen['overcommit']).toMatch(/^(ok|warn)$/)
  // Pods of the local Kubernetes have no /sys.
  expect(seen['huge-pages']).toBe('unknown')
  expect(seen['cluster-dns']).toBe('ok')
  expect(await probes()).toEqual([])
})

test('an enforced NetworkPolicy is found to be so', async () => {
  const report = await probeCluster({
    client: drydock.client,
    connection: drydock.connection,
    clock: systemClock,
    signal: AbortSignal.timeout(90_000),
    namespace: 'default',
    // What this machine has under the name node.
    image: 'busybox',
    runtime: 'node',
    run: 'abc',
    note: () => {},
  })
  expect(report.networkPolicy).toEqual({ result: 'enforced' })
  expect(report.nodes.map(({ node, resolves }) => [node, resolves])).toEqual([
    ['node-1', true],
    ['node-2', true],
  ])
  expect(await probes()).toEqual([])
})

test('an image that cannot be had is told, and the other checks go on', async () => {
  const { stdout } = await here.orlop('doctor', '--probe', '--probe-image', 'example.com/no/such:1', '-v')
  expect(stdout).toMatch(/Overcommit +no pod could tell\n +· node-1: not known, ImagePullBackOff/)
  expect(stdout).toMatch(/✓ Nodes/)
  expect(await probes()).toEqual([])
})

test('Ctrl-C in the middle of it cleans up', async () => {
  const { result, interrupt } = here.begin('doctor', '--probe', '--probe-image', 'example.com/no/such:1')
  await eventually('its pods are there', async () => (await probes()).length === 2)
  interrupt()
  const { code, stderr } = await result
  expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted')])
  expect(await probes()).toEqual([])
})
