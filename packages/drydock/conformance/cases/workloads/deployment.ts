/** The Deployment that the cases are about. */
import type { Json } from '../../api.ts'
import { settled, until } from '../../cluster.ts'
import { apps, core, create, items } from '../../places.ts'

/** Makes the Deployment `web`; `spec` is merged into its spec. */
export async function deployment(ns: string, spec: Json = {}, image: string = 'redis:1'): Promise<Json> {
  return await create(apps(ns, 'deployments'), {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: template(image),
      ...spec,
    },
  })
}

export function template(image: string): Json {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } }
}

/** Waits until all replicas are of the newest template and available, and nothing else is left. */
export async function rolled(ns: string, replicas: number): Promise<Json> {
  return await settled(
    apps(ns, 'deployments/web'),
    ({ status, metadata }) =>
      status.observedGeneration === metadata.generation &&
      (status.replicas ?? 0) === replicas &&
      (status.updatedReplicas ?? 0) === replicas &&
      (status.availableReplicas ?? 0) === replicas,
  )
}

/** `redis:1=2/3`: how many replicas of each image are wanted and there, by ReplicaSet, the oldest revision first. */
export async function sets(ns: string): Promise<string> {
  const all = await items(apps(ns, 'replicasets'))
  const revision = (set: Json) => Number(set.metadata.annotations['deployment.kubernetes.io/revision'])
  return all
    .sort((a, b) => revision(a) - revision(b))
    .map((s) => `${s.spec.template.spec.containers[0].image}=${s.spec.replicas}`)
    .join(' ')
}

/** Waits until {@link sets} says so. */
export async function setsAre(ns: string, wanted: string): Promise<void> {
  await until(async () => (await sets(ns)) === wanted)
}

/** The names of the ReplicaSets' hashes as `HASH1`, `HASH2`, by age of their revision: what differs from run to run. */
export async function hashes(ns: string): Promise<Record<string, string>> {
  const all = await items(apps(ns, 'replicasets'))
  const revision = (set: Json) => Number(set.metadata.annotations['deployment.kubernetes.io/revision'])
  const sorted = all.sort((a, b) => revision(a) - revision(b))
  return Object.fromEntries(sorted.map((s, i) => [s.metadata.labels['pod-template-hash'], `HASH${i + 1}`]))
}

export const livePods = async (ns: string): Promise<Json[]> =>
  (await items(core(ns, 'pods'))).filter((p) => p.metadata.deletionTimestamp === undefined)
