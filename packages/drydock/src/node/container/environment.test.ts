import { expect, test } from 'vitest'
import { type Container, placedPod } from '../pod/types.ts'
import { environmentOf, type Lookup } from './environment.ts'

const around = {
  podIP: '10.244.0.5',
  hostIP: '10.244.0.1',
  nodeName: 'one',
  allocatable: { cpu: 2, memory: 4 * 2 ** 30, ephemeralStorage: 1e9 },
}
const lookup: Lookup = {
  configMap: async (name) => (name === 'settings' ? { LEVEL: 'high', 'not-a-name': 'kept' } : undefined),
  secret: async (name) => (name === 'keys' ? { password: 's3cret' } : undefined),
}

function environment(container: Partial<Container>): Promise<Record<string, string>> {
  const own: Container = { name: 'redis', image: 'redis:7', ...container }
  const pod = placedPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { app: 'x' } },
    spec: { containers: [own] },
  })
  if (!pod) throw new Error('no pod')
  return environmentOf(own, pod, around, lookup, { PATH: '/bin' })
}

test('a value may use variables defined before it', async () => {
  const env = await environment({
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)-$(C)' },
      { name: 'C', value: '$(PATH)' },
    ],
  })
  expect(env).toEqual({ PATH: '/bin', A: '1', B: '1-$(C)', C: '/bin' })
})

test('fields of the pod and resources of its container', async () => {
  const env = await environment({
    resources: { limits: { memory: '64Mi' }, requests: { cpu: '100m' } },
    env: [
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } } },
      { name: 'ALL', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
  })
  expect(env).toMatchObject({ IP: '10.244.0.5', APP: 'x', MEM: '64', CPU: '100', ALL: '2' })
})

test('references to ConfigMaps and Secrets, whole and by key', async () => {
  const env = await environment({
    envFrom: [
      { prefix: 'S_', configMapRef: { name: 'settings' } },
      { secretRef: { name: 'absent', optional: true } },
    ],
    env: [
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
      { name: 'ABSENT', valueFrom: { configMapKeyRef: { name: 'settings', key: 'absent', optional: true } } },
    ],
  })
  expect(env).toEqual({ PATH: '/bin', S_LEVEL: 'high', 'S_not-a-name': 'kept', PASSWORD: 's3cret' })
})

test.each([
  [
    { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'absent', key: 'k' } } }] },
    /secret "absent" not found/,
  ],
  [
    { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'keys', key: 'k' } } }] },
    /couldn't find key k in Secret ns\/keys/,
  ],
  [{ envFrom: [{ configMapRef: { name: 'absent' } }] }, /configmap "absent" not found/],
])('a reference with no target keeps the container from starting (%#)', async (container, message) => {
  await expect(environment(container)).rejects.toMatchObject({
    code: 'CreateContainerConfigError',
    message: expect.stringMatching(message),
  })
})
