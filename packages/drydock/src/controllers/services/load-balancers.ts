/** Services of type LoadBalancer: on one machine the cluster's own address is as good as any other. */
import { isDeepStrictEqual } from 'node:util'
import { keyOf, resources, type Service, watches } from '@orlop/kube'
import { type ControllerContext, register } from '../context.ts'

export function loadBalancers(context: ControllerContext): void {
  const { client, manager } = context
  const services = manager.reflector(resources.services)
  register(context, {
    name: 'service-lb',
    reconcile: async ({ namespace, name }, signal) => {
      const service = services.store.get(`${namespace}/${name}`)
      if (service === undefined || service.metadata.deletionTimestamp !== undefined) return
      const loadBalancer = wanted(service)
      if (isDeepStrictEqual(service.status?.loadBalancer ?? {}, loadBalancer)) return
      const next = { ...service, status: { ...service.status, loadBalancer } }
      await client.update(resources.services, next, { subresource: 'status', signal })
    },
    sources: [watches(services, (service) => [keyOf(service)])],
  })
}

type LoadBalancer = NonNullable<NonNullable<Service['status']>['loadBalancer']>

export function wanted({ spec }: Service): LoadBalancer {
  const has = spec?.type === 'LoadBalancer' && Boolean(spec.clusterIP) && spec.clusterIP !== 'None'
  return has && spec.clusterIP ? { ingress: [{ ip: spec.clusterIP, ipMode: 'VIP' }] } : {}
}
