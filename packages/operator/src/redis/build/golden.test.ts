/** What a resource makes, whole, as YAML: a change of a builder shows in the diff. `vitest -u` writes the files anew. */
import type { ResolvedRedis } from '@orlop/api'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { sessions } from '../../../testing/scene.ts'
import { buildBudget } from './budget.ts'
import { buildConfigMap } from './config-map.ts'
import { bindingAddress, buildAuthSecret, buildBindingSecret } from './secrets.ts'
import { buildServices } from './services.ts'
import { buildStatefulSet } from './stateful-set.ts'

function everything(redis: ResolvedRedis): string {
  const objects = [
    buildAuthSecret(redis),
    buildConfigMap(redis, 'sessions-0', undefined),
    ...buildServices(redis),
    buildStatefulSet(redis, redis.spec.instances),
    buildBudget(redis),
    buildBindingSecret(redis, 'uid.7'),
    bindingAddress(redis),
  ]
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
}

test.each([
  ['cache', sessions()],
  [
    'store',
    sessions({
      profile: 'store',
      engine: 'valkey',
      version: '8.1',
      config: { 'notify-keyspace-events': 'Ex' },
      persistence: { mode: 'rdb+aof', storage: { size: '2Gi', storageClassName: 'fast', retain: false } },
      service: { type: 'LoadBalancer', annotations: { 'example.com/internal': 'true' } },
      placement: {
        spread: 'node',
        dedicated: 'cache',
        nodeSelector: { disk: 'ssd' },
        priorityClassName: 'high',
        tolerations: [{ key: 'spot', operator: 'Exists' }],
      },
      resources: { requests: { cpu: '500m' }, limits: { cpu: '2', memory: '128Mi' } },
      pod: { labels: { team: 'web' }, annotations: { note: 'x' }, imagePullSecrets: [{ name: 'registry' }] },
    }),
  ],
  ['without-password', sessions({ instances: 1, auth: { disabled: true } })],
])('%s', async (name, redis) => {
  await expect(everything(redis)).toMatchFileSnapshot(`./golden/${name}.golden.yaml`)
})
