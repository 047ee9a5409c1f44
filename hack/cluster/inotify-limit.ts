/**
 * How many things root may watch files with: the one setting of the whole machine that a cluster needs higher than it is. A cluster takes
 * about 40 of the usual 128, and a kubelet that gets none ends. So it is raised with the first cluster, and put back with the last one.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const setting = '/proc/sys/fs/inotify/max_user_instances'
const enough = 1024

/** Where it is, and where is kept what it was; others in tests. */
export interface LimitFiles {
  readonly setting: string
  /** The folder of all clusters. */
  readonly clusters: string
}

export const limitFiles = (clusters: string): LimitFiles => ({ setting, clusters })

const recordIn = (clusters: string): string => join(clusters, '.inotify-limit')

/** To be called once the folder of the clusters is there. */
export async function raiseLimit({ setting, clusters }: LimitFiles): Promise<void> {
  const now = (await readFile(setting, 'utf8')).trim()
  if (Number(now) >= enough) return
  // First written down, then changed; one that is there already tells what it was before another cluster.
  await writeFile(recordIn(clusters), now, { flag: 'wx' }).catch(() => undefined)
  await writeFile(setting, String(enough))
}

/** To be called when a cluster has gone: the last one puts the limit back, unless somebody has set another one meanwhile. */
export async function restoreLimit({ setting, clusters }: LimitFiles): Promise<void> {
  const others = (await readdir(clusters).catch(() => [])).filter((name) => !name.startsWith('.'))
  const before = await readFile(recordIn(clusters), 'utf8').catch(() => undefined)
  if (others.length > 0 || before === undefined) return
  if (Number(await readFile(setting, 'utf8')) === enough) await writeFile(setting, before)
  await rm(recordIn(clusters))
}
