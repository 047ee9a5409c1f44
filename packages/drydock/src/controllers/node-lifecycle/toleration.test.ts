import type { Pod } from '@orlop/kube'
import { expect, test } from 'vitest'
import type { Taint, Toleration } from '../wire.ts'
import { noExecuteTaints, toleratedFor } from './toleration.ts'

const lost: Taint = { key: 'lost', effect: 'NoExecute' }
const broken: Taint = { key: 'broken', effect: 'NoExecute' }
const pod = (...tolerations: Toleration[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [], tolerations },
})
const seconds = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
})

test.each([
  ['without a taint for good', pod(), [], Number.POSITIVE_INFINITY],
  ['a taint that it does not tolerate not at all', pod(seconds('broken')), [lost], 0],
  ['one of two that it does not tolerate not at all', pod(seconds('broken')), [lost, broken], 0],
  ['for as long as it says', pod(seconds('lost', 300)), [lost], 300_000],
  ['the shorter of two', pod(seconds('lost', 300), seconds('broken', 10)), [lost, broken], 10_000],
  ['for good where no time is set', pod(seconds('lost')), [lost], Number.POSITIVE_INFINITY],
  ['below zero not at all', pod(seconds('lost', -1)), [lost], 0],
])('a pod bears %s', (_, of, taints, ms) => {
  expect(toleratedFor(of, taints)).toBe(ms)
})

test('only NoExecute ends what runs', () => {
  const taints = [{ key: 'a', effect: 'NoSchedule' }, lost]
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints } }
  expect(noExecuteTaints(node)).toEqual([lost])
  expect(noExecuteTaints(undefined)).toEqual([])
})
