/** Services with pods that the cases look at through slices. */
import type { Json } from '../../api.ts'
import { until } from '../../cluster.ts'
import { core, create, discovery, items } from '../../places.ts'

/** Makes the Service `web` for pods labelled `app: web`; `rest` replaces parts of its spec. */
export async function service(ns: string, rest: Json = {}, metadata: Json = {}): Promise<Json> {
  return await create(core(ns, 'services'), {
    metadata: { name: 'web', ...metadata },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...rest },
  })
}

export async function pod(ns: string, name: string, spec: Json = {}, ports: object[] = []): Promise<Json> {
  return await create(core(ns, 'pods'), {
    metadata: { name, labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image: 'redis', ports }], ...spec },
  })
}

/** Waits until the slices of the Service satisfy `wanted`, and gives them. */
export async function slices(
  ns: string,
  wanted: (slices: Json[]) => boolean,
  name: string = 'web',
): Promise<Json[]> {
  return await until(async () => {
    const all = await items(discovery(ns, `endpointslices?labelSelector=kubernetes.io/service-name=${name}`))
    return wanted(all) && all
  })
}

/** Waits until the only slice has so many endpoints that are ready, and gives it. */
export async function slice(ns: string, ready: number, all: number = ready): Promise<Json> {
  const [one] = await slices(ns, (found) => {
    const endpoints: Json[] = found[0]?.endpoints ?? []
    return (
      found.length === 1 &&
      endpoints.length === all &&
      endpoints.filter((e) => e.conditions.ready).length === ready
    )
  })
  return one
}
