/** The StatefulSet that the cases are about. */
import type { Json } from '../../api.ts'
import { api, settled } from '../../cluster.ts'
import { apps, core, create } from '../../places.ts'

/** Makes the set `web`; `rest` is YAML for its spec. */
export async function set(ns: string, rest: string, image = 'redis'): Promise<Json> {
  const spec = rest
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
  return await create(
    apps(ns, 'statefulsets'),
    `
metadata: {name: web}
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: ${image}}]}
${spec}`,
  )
}

/** Waits until so many pods are ready, and there are no others. */
export async function ready(ns: string, count: number): Promise<Json> {
  return await settled(
    apps(ns, 'statefulsets/web'),
    ({ status, metadata }) =>
      status.observedGeneration === metadata.generation &&
      status.readyReplicas === count &&
      status.replicas === count &&
      status.availableReplicas === count,
  )
}

export async function podUid(ns: string, name: string): Promise<string> {
  return (await api.get(core(ns, `pods/${name}`))).body.metadata.uid
}
