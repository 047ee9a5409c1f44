import type { Pod } from '@orlop/kube'
import { expect, test } from 'vitest'
import { fits, quantity } from '../quantity.ts'
import { requestsOf } from './requests.ts'

test.each([
  ['100m', 0.1],
  ['2', 2],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1e3', 1000],
  ['5k', 5000],
  ['-3', -3],
  [undefined, 0],
  ['what', 0],
  ['1Zi', 0],
])('the quantity %s is %d', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 12)
})

test('ten times 100m fits into one core', () => {
  const used = Array.from({ length: 9 }, () => quantity('100m')).reduce((a, b) => a + b, 0)
  expect(fits(quantity('100m'), 1 - used)).toBe(true)
  expect(fits(quantity('101m'), 1 - used)).toBe(false)
})

test('a pod asks for its containers and sidecars, or for its largest init container, and its overhead', () => {
  const container = (
    name: string,
    cpu: string,
  ): { name: string; resources: { requests: { cpu: string } } } => ({
    name,
    resources: { requests: { cpu } },
  })
  const pod = (init: NonNullable<Pod['spec']>['initContainers']): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      containers: [container('a', '1'), container('b', '2')],
      initContainers: init ?? [],
      overhead: { cpu: '250m' },
    },
  })
  const sidecar = { ...container('s', '1'), restartPolicy: 'Always' }
  expect(requestsOf(pod([])).get('cpu')).toBeCloseTo(3.25)
  expect(requestsOf(pod([container('i', '5')])).get('cpu')).toBeCloseTo(5.25)
  expect(requestsOf(pod([sidecar])).get('cpu')).toBeCloseTo(4.25)
  expect(requestsOf(pod([sidecar, container('i', '5')])).get('cpu')).toBeCloseTo(6.25)
  expect(requestsOf(pod([container('i', '5'), sidecar])).get('cpu')).toBeCloseTo(5.25)
})
