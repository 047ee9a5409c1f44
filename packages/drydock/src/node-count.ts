/** How many nodes there are from one start to the next. */
import { type Client, type PersistentVolume, resources } from '@orlop/kube'
import { DrydockError } from './state.ts'

/** The names of the nodes of this start: as many as asked for, or as the last time. Nodes that are no more are taken out of the API. */
export async function chooseNodes(client: Client, asked: number | undefined): Promise<string[]> {
  const { items } = await client.list(resources.nodes)
  const before = items.map(({ metadata }) => metadata.name).filter((name) => /^node-\d+$/.test(name))
  const count = asked ?? Math.max(1, before.length)
  const names = Array.from({ length: count }, (_, i) => `node-${i + 1}`)
  const surplus = before.filter((name) => !names.includes(name))
  if (surplus.length > 0) await refuseWithVolumes(client, surplus, before.length)
  for (const name of surplus) await client.delete(resources.nodes, { name })
  return names
}

/**
 * A volume is on its node's disk: without the node no pod gets at it.
 * @throws DrydockError `CannotStart`
 */
async function refuseWithVolumes(client: Client, surplus: readonly string[], count: number): Promise<void> {
  const { items } = await client.list(resources.persistentVolumes)
  const kept = items.filter((volume) => nodesOf(volume).some((name) => surplus.includes(name)))
  if (kept.length === 0) return
  const claims = kept.map(({ metadata, spec }) => spec?.claimRef?.name ?? metadata.name)
  throw new DrydockError(
    'CannotStart',
    `${surplus.join(', ')} cannot be taken away: volumes are there, of ${claims.join(', ')}`,
    `orlop up --nodes ${count}, and delete what uses them first; or orlop down --delete-data`,
  )
}

function nodesOf({ spec }: PersistentVolume): readonly string[] {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  return terms.flatMap((term) => term.matchExpressions ?? []).flatMap(({ values }) => values ?? [])
}
