/** The three Services: writes go to the primary, reads to replicas that have caught up, `-nodes` names every instance. */
import { labels, type ResolvedRedis } from '@orlop/api'
import type { Service } from '@orlop/kube'
import { metadataFor, selectorLabels, stamped } from './metadata.ts'
import { nodesServiceName, readsServiceName, redisPort, writesServiceName } from './names.ts'

const port = { name: 'redis', port: redisPort, targetPort: 'redis', protocol: 'TCP' } as const

export function buildServices(redis: ResolvedRedis): Service[] {
  return [
    exposed(redis, writesServiceName(redis), { [labels.role]: 'primary' }),
    exposed(redis, readsServiceName(redis), { [labels.reads]: 'true' }),
    stamped({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataFor(redis, nodesServiceName(redis)),
      spec: {
        clusterIP: 'None',
        selector: selectorLabels(redis),
        // Instances must find each other before they are ready: that is how they become ready.
        publishNotReadyAddresses: true,
        ports: [port],
      },
    }),
  ]
}

function exposed(redis: ResolvedRedis, name: string, role: Record<string, string>): Service {
  const { type, annotations } = redis.spec.service
  return stamped({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataFor(redis, name, Object.keys(annotations).length > 0 ? { annotations } : {}),
    spec: { type, selector: { ...selectorLabels(redis), ...role }, ports: [port] },
  })
}
