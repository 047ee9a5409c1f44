/** EndpointSlices of Services without a selector, from the Endpoints that somebody wrote for them. */
import { type EndpointSlice, keyOf, resources, watches } from '@orlop/kube'
import { createOnce, deleteExactly } from '../careful-writes.ts'
import { type ControllerContext, register } from '../context.ts'
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../endpoints/slices.ts'
import { MIRRORED_BY, planMirror } from './mirror.ts'

export function mirroredSlices(context: ControllerContext): void {
  const { client, manager } = context
  const endpoints = manager.reflector(resources.endpoints)
  const services = manager.reflector(resources.services)
  const slices = manager.reflector(resources.endpointSlices, { indexers: { mirrored: mirroredKeys } })
  register(context, {
    name: 'endpointslice-mirroring',
    reconcile: async ({ namespace, name }, signal) => {
      const key = `${namespace}/${name}`
      const existing = slices.store.byIndex('mirrored', key)
      const { create, update, remove } = planMirror(
        endpoints.store.get(key),
        services.store.get(key),
        existing,
      )
      for (const slice of update) await client.update(resources.endpointSlices, slice, { signal })
      for (const slice of create) await createOnce(client, resources.endpointSlices, slice, signal)
      for (const slice of remove) await deleteExactly(client, resources.endpointSlices, slice, signal)
    },
    sources: [
      watches(endpoints, (object) => [keyOf(object)]),
      watches(services, (service) => [keyOf(service)]),
      watches(slices, (slice) => mirroredKeys(slice)),
    ],
  })
}

function mirroredKeys({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL]
  const ours = metadata.labels?.[MANAGED_BY_LABEL] === MIRRORED_BY
  return ours && name !== undefined ? [`${metadata.namespace ?? ''}/${name}`] : []
}
