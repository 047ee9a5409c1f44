import { expect, test } from 'vitest'
import { contains } from './contains.ts'

const live = {
  metadata: { name: 'x', uid: 'u', labels: { a: '1', theirs: '2' }, finalizers: ['theirs', 'ours'] },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          { name: 'sidecar', image: 'envoy' },
          {
            name: 'redis',
            image: 'redis:7.2',
            imagePullPolicy: 'IfNotPresent',
            args: ['--port', '6379'],
            ports: [{ containerPort: 6379, protocol: 'TCP' }],
            env: [{ name: 'A', value: '1' }],
            resources: { limits: { memory: '1Gi', cpu: '500m' } },
          },
        ],
        tolerations: [{ key: 'a', operator: 'Exists' }],
      },
    },
  },
}
const pod = (spec: object): object => ({ spec: { template: { spec } } })
const redis = (fields: object): object => pod({ containers: [{ name: 'redis', ...fields }] })

test.each([
  ['what it holds', { spec: { replicas: 3 } }],
  ['labels beside those of others', { metadata: { labels: { a: '1' } } }],
  ['a container beside an injected one, with its defaults', redis({ image: 'redis:7.2' })],
  ['a port whose protocol was filled in', redis({ ports: [{ containerPort: 6379 }] })],
  ['the same amount in other words', redis({ resources: { limits: { memory: '1024Mi', cpu: '0.5' } } })],
  ['a finalizer beside those of others', { metadata: { finalizers: ['ours'] } }],
  ['nothing, said as null, undefined, {} or []', { spec: { a: null, b: undefined, c: {}, d: [] } }],
])('contains %s', (_, desired) => {
  expect(contains(live, desired)).toBe(true)
})

test.each([
  ['another number', { spec: { replicas: 2 } }],
  ['a label that went', { metadata: { labels: { b: '1' } } }],
  ['another image', redis({ image: 'redis:8.0' })],
  ['a container that went', pod({ containers: [{ name: 'exporter' }] })],
  ['another port', redis({ ports: [{ containerPort: 6380 }] })],
  ['another protocol', redis({ ports: [{ containerPort: 6379, protocol: 'UDP' }] })],
  ['fewer arguments', redis({ args: ['--port'] })],
  ['arguments in another order', redis({ args: ['6379', '--port'] })],
  ['another amount', redis({ resources: { limits: { memory: '1023Mi' } } })],
  ['equal amounts where they are just text', redis({ env: [{ name: 'A', value: '1000m' }] })],
  ['an atomic list to which somebody added', pod({ tolerations: [] })],
  ['a false that is not there', { spec: { paused: false } }],
  ['a null where something is', { spec: { replicas: null } }],
])('does not contain %s', (_, desired) => {
  expect(contains(live, desired)).toBe(false)
})
