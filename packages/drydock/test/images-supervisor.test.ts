/** A node cannot reach the registries of the machine; the supervisor pulls for it. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, loadConnection, type Pod, resources } from '@orlop/kube'
import { expect, test } from 'vitest'
import { runningDrydock, stopDrydock } from '../src/control.ts'
import { eventually } from './node-fixture.ts'
import { startRegistry } from './registry.ts'

test('a pod is given an image of a registry that only the machine reaches', async () => {
  const folder = await mkdtemp('/tmp/pull-')
  const registry = await startRegistry(folder)
  const state = join(folder, 's')
  const program = new URL('./supervisor-process.ts', import.meta.url).pathname
  const supervisor = spawn(process.execPath, ['--no-warnings', program, state], { stdio: 'ignore' })
  try {
    await eventually(() => runningDrydock(state), undefined, 60_000)
    const client = createClient(await loadConnection({ kubeconfig: join(state, 'kubeconfig'), env: {} }))
    const pod = async (name: string, image: string): Promise<void> => {
      await client.create(resources.pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image }] },
      })
    }
    const digest = await registry.push(`${registry.address}/team/app:1`, 'from afar')
    await pod('there', `${registry.address}/team/app:1`)
    await pod('missing', `${registry.address}/team/none:1`)
    const statusOf = (name: string): Promise<Pod> =>
      client.get(resources.pods, { namespace: 'default', name })
    await eventually(
      async () => (await statusOf('there')).status?.phase === 'Succeeded',
      async () => (await statusOf('there')).status,
      60_000,
    )
    const there = await statusOf('there')
    expect(there.status?.containerStatuses?.[0]?.imageID).toBe(`${registry.address}/team/app@${digest}`)
    const waiting = await eventually(
      async () => {
        const state = (await statusOf('missing')).status?.containerStatuses?.[0]?.state?.waiting
        return state?.reason?.includes('ImagePull') && state.message
      },
      undefined,
      60_000,
    )
    expect(waiting).toMatch(/manifest unknown/)
    await client.close()
  } finally {
    await stopDrydock(state, AbortSignal.timeout(60_000))
    supervisor.kill('SIGKILL')
    await registry.stop()
    await rm(folder, { recursive: true, force: true })
  }
}, 240_000)
