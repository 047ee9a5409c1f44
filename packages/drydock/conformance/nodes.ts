/** Three nodes that are objects only, as long as the cases run: their leases are kept, nothing runs on them. */
import { setInterval } from 'node:timers/promises'
import { loadConnection } from '@orlop/kube'
import { Api } from './api.ts'

export const nodeNames: readonly string[] = ['case-node-1', 'case-node-2', 'case-node-3']

/** Vitest's global set-up. */
export default async function setUp(): Promise<() => Promise<void>> {
  const kubeconfig = process.env['CONFORMANCE_KUBECONFIG'] ?? ''
  const api = new Api(await loadConnection({ kubeconfig, env: process.env }))
  for (const [i, name] of nodeNames.entries()) {
    await must(api.post('/api/v1/nodes', node(name, `zone-${i + 1}`)), 201)
    await must(api.patch(`/api/v1/nodes/${name}/status`, 'merge', { status: status() }), 200)
    await must(api.post(leases, lease(name)), 201)
  }
  const over = new AbortController()
  const renewing = renew(api, over.signal)
  return async () => {
    over.abort()
    await renewing
    for (const name of nodeNames) {
      await api.delete(`/api/v1/nodes/${name}`)
      await api.delete(`${leases}/${name}`)
    }
    api.close()
  }
}

const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

async function renew(api: Api, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of setInterval(5000, undefined, { signal }))
      for (const name of nodeNames)
        await api.patch(`${leases}/${name}`, 'merge', { spec: { renewTime: microNow() } })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function must(reply: ReturnType<Api['get']>, code: number): Promise<void> {
  const got = await reply
  if (got.code !== code)
    throw new Error(`the nodes for the cases cannot be made: ${JSON.stringify(got.body)}`)
}

function node(name: string, zone: string): object {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
  }
}

function lease(name: string): object {
  return {
    metadata: { name },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microNow() },
  }
}

function status(): object {
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const room = { cpu: '8', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' }
  return {
    capacity: room,
    allocatable: room,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'played by the suite',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  }
}

function microNow(): string {
  return new Date().toISOString().replace('Z', '000Z')
}
