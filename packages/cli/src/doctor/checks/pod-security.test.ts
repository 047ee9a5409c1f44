import type { Namespace } from '@orlop/kube'
import { expect, test } from 'vitest'
import { judgePodSecurity } from './pod-security.ts'

const namespace = (
  name: string,
  level?: string,
  phase = 'Active',
): { name: string; namespace: Namespace } => {
  const labels = level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level }
  return {
    name,
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels }, status: { phase } },
  }
}
const missing = (name: string) => ({ name, namespace: undefined })

test.each([
  [
    'levels',
    [namespace('orlop-system', 'restricted'), namespace('shop')],
    'ok',
    /^orlop-system asks for restricted, shop asks for none;/,
  ],
  [
    'not installed yet',
    [missing('orlop-system'), namespace('shop')],
    'ok',
    /^orlop-system is not there yet,/,
  ],
  ['caches without a namespace', [namespace('orlop-system'), missing('shop')], 'warn', /shop is not there$/],
  ['one that goes', [namespace('orlop-system', 'baseline', 'Terminating')], 'fail', /is being deleted/],
] as const)('%s', (_name, seen, result, said) => {
  const finding = judgePodSecurity(seen, 'orlop-system')
  expect([finding.result, finding.seen]).toEqual([result, expect.stringMatching(said)])
})
