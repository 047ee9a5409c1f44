/** What names and Services are made from, kept in step with the API. */
import {
  type Client,
  type Clock,
  type EndpointSlice,
  type Log,
  Reflector,
  resources,
  type Service,
} from '@orlop/kube'

/** What a part of the network that follows the API is started with. */
export interface ServiceWatchOptions {
  readonly client: Client
  readonly log: Log
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
}

export interface ServiceWatch {
  readonly services: Reflector<Service>
  readonly slices: Reflector<EndpointSlice>
  /** Resolves when the signal has fired and nothing is watched any more. */
  readonly ended: Promise<void>
}

/** Resolves once both are known. */
export async function watchServices(o: ServiceWatchOptions): Promise<ServiceWatch> {
  const { signal, ...common } = o
  const services = new Reflector<Service>({ ...common, resource: resources.services })
  const slices = new Reflector<EndpointSlice>({ ...common, resource: resources.endpointSlices })
  const ended = Promise.all([services.run(signal), slices.run(signal)]).then(() => undefined)
  await Promise.all([services.synced(signal), slices.synced(signal)])
  return { services, slices, ended }
}
