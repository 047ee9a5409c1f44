/** EndpointSlices, and the older Endpoints, of every Service with a selector. */
import {
  type EndpointSlice,
  keyOf,
  type Node,
  type Pod,
  type Reflector,
  resources,
  type Service,
  watches,
} from '@orlop/kube'
import { createOnce, deleteExactly } from '../careful-writes.ts'
import { type ControllerContext, register, watchPods } from '../context.ts'
import { matchesLabels } from '../selector.ts'
import type { ServiceView } from './endpoint.ts'
import { sameEndpoints, wantedEndpoints } from './legacy.ts'
import { hasEndpoints, MANAGED_BY, MANAGED_BY_LABEL, planSlices, SERVICE_NAME_LABEL } from './slices.ts'

export function endpointSlices(context: ControllerContext): void {
  const { client, manager } = context
  const view = new Services(context)
  const slices = manager.reflector(resources.endpointSlices, { indexers: { service: serviceKeys } })
  register(context, {
    name: 'endpointslice',
    reconcile: async ({ namespace, name }, signal) => {
      const service = view.services.store.get(`${namespace}/${name}`)
      // A deleted Service takes its slices with it: the garbage collector sees to that.
      if (service === undefined || service.metadata.deletionTimestamp !== undefined) return
      if (!hasEndpoints(service)) return
      const existing = slices.store.byIndex('service', keyOf(service))
      const { create, update, remove } = planSlices(view.of(service), existing)
      for (const slice of update) await client.update(resources.endpointSlices, slice, { signal })
      for (const slice of create) await createOnce(client, resources.endpointSlices, slice, signal)
      for (const slice of remove) await deleteExactly(client, resources.endpointSlices, slice, signal)
    },
    sources: [...view.sources(), watches(slices, (slice) => serviceKeys(slice))],
  })
}

export function endpoints(context: ControllerContext): void {
  const { client, manager } = context
  const view = new Services(context)
  const all = manager.reflector(resources.endpoints)
  register(context, {
    name: 'endpoints',
    reconcile: async ({ namespace, name }, signal) => {
      const key = `${namespace}/${name}`
      const service = view.services.store.get(key)
      const live = all.store.get(key)
      if (service === undefined) {
        if (live === undefined || view.isForeign(live.metadata.labels)) return
        await deleteExactly(client, resources.endpoints, live, signal)
        return
      }
      if (!hasEndpoints(service)) return
      const wanted = view.mark(wantedEndpoints(view.of(service)))
      if (live === undefined) await createOnce(client, resources.endpoints, wanted, signal)
      else if (!sameEndpoints(live, wanted)) {
        const { labels = {}, annotations } = wanted.metadata
        const metadata = {
          ...live.metadata,
          labels,
          annotations: { ...live.metadata.annotations, ...annotations },
        }
        await client.update(resources.endpoints, { ...wanted, metadata }, { signal })
      }
    },
    sources: [...view.sources(), watches(all, (object) => [keyOf(object)])],
  })
}

/** Services with their pods and nodes. */
class Services {
  readonly services: Reflector<Service>
  readonly #pods: Reflector<Pod>
  readonly #nodes: Reflector<Node>

  constructor(context: ControllerContext) {
    this.services = context.manager.reflector(resources.services)
    this.#nodes = context.manager.reflector(resources.nodes)
    this.#pods = watchPods(context)
  }

  of(service: Service): ServiceView {
    const selector = service.spec?.selector ?? {}
    const pods = this.#pods.store.list(service.metadata.namespace)
    return {
      service,
      pods: pods.filter((pod) => matchesLabels(pod.metadata.labels, selector)),
      node: (name) => this.#nodes.store.get(name),
    }
  }

  sources(): ReturnType<typeof watches>[] {
    return [
      watches(this.services, (service) => [keyOf(service)]),
      watches(this.#pods, (pod, old) => [...this.#selecting(pod), ...(old ? this.#selecting(old) : [])]),
      // A zone may become known after the pods that run in it.
      watches(this.#nodes, (node, old) =>
        JSON.stringify(node.metadata.labels) === JSON.stringify(old?.metadata.labels)
          ? []
          : this.#pods.store.byIndex('node', node.metadata.name).flatMap((pod) => this.#selecting(pod)),
      ),
    ]
  }

  /** Endpoints that this controller did not write are somebody's own. */
  isForeign(labels: Readonly<Record<string, string>> | undefined): boolean {
    return labels?.[WRITTEN_BY_US] === undefined
  }

  mark<T extends { metadata: { labels?: Record<string, string> } }>(object: T): T {
    const labels = { ...object.metadata.labels, [WRITTEN_BY_US]: MANAGER }
    return { ...object, metadata: { ...object.metadata, labels } }
  }

  #selecting({ metadata }: Pod): string[] {
    return this.services.store
      .list(metadata.namespace)
      .filter(
        (service) => hasEndpoints(service) && matchesLabels(metadata.labels, service.spec?.selector ?? {}),
      )
      .map(keyOf)
  }
}

// As Kubernetes 1.33 marks them.
const WRITTEN_BY_US = 'endpoints.kubernetes.io/managed-by'
const MANAGER = 'endpoint-controller'

function serviceKeys({ metadata }: EndpointSlice): string[] {
  const name = metadata.labels?.[SERVICE_NAME_LABEL]
  const ours = metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY
  return ours && name !== undefined ? [`${metadata.namespace ?? ''}/${name}`] : []
}
