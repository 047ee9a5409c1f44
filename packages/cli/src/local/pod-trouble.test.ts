import type { Pod } from '@orlop/kube'
import { expect, test } from 'vitest'
import { troubleOf } from './pod-trouble.ts'

test.each<[string, Pod['status'], string | undefined]>([
  [
    'a crash loop',
    { containerStatuses: [status({ waiting: { reason: 'CrashLoopBackOff' } })] },
    'CrashLoopBackOff',
  ],
  [
    'an end',
    { containerStatuses: [status({ terminated: { exitCode: 1, reason: 'Error' } })] },
    'Error, exit code 1',
  ],
  [
    'an init container',
    { initContainerStatuses: [status({ waiting: { reason: 'ErrImagePull' } })] },
    'ErrImagePull',
  ],
  ['no room', { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes' }] }, '0/1 nodes'],
  ['a start', { containerStatuses: [status({ waiting: { reason: 'ContainerCreating' } })] }, undefined],
  ['a good end', { initContainerStatuses: [status({ terminated: { exitCode: 0 } })] }, undefined],
  ['a pod that runs', { containerStatuses: [status({ running: {} })] }, undefined],
])('%s', (_, seen, wanted) => {
  expect(
    troubleOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, ...(seen && { status: seen }) }),
  ).toBe(wanted)
})

function status(state: NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state']) {
  return { name: 'c', image: 'i', imageID: '', ready: false, restartCount: 0, ...(state && { state }) }
}
