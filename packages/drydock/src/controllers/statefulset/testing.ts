/** A StatefulSet for the tests beside. */
import type { StatefulSet } from '@orlop/kube'

export const NOW: number = Date.parse('2030-01-01T00:00:00Z')

export function setOf(spec: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'shop', uid: 'set-uid', generation: 1 },
    spec: {
      replicas: 3,
      serviceName: 'web-nodes',
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
  }
}
