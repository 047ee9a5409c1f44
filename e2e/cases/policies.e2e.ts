/** A fence around a cache by a NetworkPolicy of one's own. */
import { type Pod, resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { eventually } from '../kit/eventually.ts'
import type { Namespace } from '../kit/namespace.ts'
import { test } from '../kit/test.ts'
import { clientImage } from '../targets/images.ts'

/** A pod that asks Redis once; gives how it ended. */
async function asks(ns: Namespace, name: string, labels: Record<string, string>): Promise<string> {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'client',
          image: clientImage,
          imagePullPolicy: 'IfNotPresent',
          args: ['ping'],
          env: [{ name: 'BINDING', value: '/binding' }],
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 10_001,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          volumeMounts: [{ name: 'binding', mountPath: '/binding' }],
        },
      ],
      volumes: [{ name: 'binding', secret: { secretName: 'cache-binding' } }],
    },
  }
  await ns.apply(resources.pods, pod)
  const phase = await eventually(
    `the end of ${name}`,
    async () => {
      const { status } = await ns.pod(name)
      return (status?.phase === 'Succeeded' || status?.phase === 'Failed') && status.phase
    },
    { seen: () => ns.pod(name) },
  )
  await ns.deletePod(name, 'by force')
  return phase
}

const client = { role: 'client' }

describe('a NetworkPolicy', () => {
  test('lets clients in and strangers not; the cache stays Ready and heals behind it', async ({ ns }) => {
    const cache = await ns.cache('cache', {
      version: '7.0',
      memory: '32Mi',
      instances: 2,
      failover: { mode: 'none' },
    })
    await cache.ready()
    expect(await asks(ns, 'before', {})).toBe('Succeeded')
    await ns.apply(resources.networkPolicies, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'fence' },
      spec: {
        podSelector: { matchLabels: { 'orlop.dev/redis': 'cache' } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            ports: [{ port: 6379, protocol: 'TCP' }],
            from: [
              { podSelector: { matchLabels: client } },
              { podSelector: { matchLabels: { 'orlop.dev/redis': 'cache' } } },
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'orlop-system' } },
                podSelector: { matchLabels: { 'app.kubernetes.io/name': 'orlop-operator' } },
              },
            ],
          },
        ],
      },
    })
    // The rules lag behind the object by a moment.
    await eventually('a stranger is kept out', async () => (await asks(ns, 'stranger', {})) === 'Failed')
    expect(await asks(ns, 'client', client)).toBe('Succeeded')
    const [replica = ''] = await cache.replicas()
    const { uid } = (await ns.pod(replica)).metadata
    await ns.deletePod(replica)
    await ns.replaced(replica, uid)
    await cache.ready()
    await ns.kubectl('delete', 'networkpolicy', 'fence')
    await eventually(
      'a stranger gets in again',
      async () => (await asks(ns, 'stranger-again', {})) === 'Succeeded',
    )
  })
})
