/**
 * Takes everything away that a cluster has on this machine, whatever happened to it before: what is there is looked for, nothing is
 * believed that was written down. Doing it twice does no harm.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { killMembers, removeCgroup } from './cgroups.ts'
import { ClusterError } from './cluster-error.ts'
import { command } from './command.ts'
import { limitFiles, restoreLimit } from './inotify-limit.ts'
import { detach, loopsOn } from './loops.ts'
import { sharedDisksOf } from './machine.ts'
import { parseMountInfo } from './mounts.ts'
import { clusters, type Place } from './place.ts'
import { described } from './processes.ts'
import type { Progress } from './progress.ts'
import { guestsOf, mountPointsOf, netnsFolder, netnsOf, remainsOf } from './remains.ts'

/**
 * @param say tells what is not the cluster's and stays
 * @throws {ClusterError} `Remains`
 */
export async function down(place: Place, progress: Progress, say: (line: string) => void): Promise<void> {
  await progress.stage('everything that ran is killed', () => killMembers(place.cgroup))
  await progress.stage('mounts and loop devices are gone', () => unmount(place))
  await progress.stage('the network is gone', async () => {
    for (const pid of await guestsOf(place))
      say(`still runs in the cluster's network: ${await described(pid)}`)
    for (const name of await netnsOf(place)) await command('ip', ['netns', 'delete', name])
    await forgetNetnsFolder()
  })
  await progress.stage('cgroups and files are gone', async () => {
    await removeCgroup(place.cgroup)
    await rm(place.folder, { recursive: true, force: true })
    await restoreLimit(limitFiles(clusters))
    // Another cluster may be there still.
    await rmdir(clusters).catch(() => undefined)
  })
  const left = await remainsOf(place)
  if (left.length > 0) throw new ClusterError('Remains', `this could not be taken away:\n${left.join('\n')}`)
}

/** Normally nothing is found: mounts and loop devices went with the machines that had made them. */
async function unmount(place: Place): Promise<void> {
  for (const point of await mountPointsOf(place))
    await command('umount', [point]).catch(() => command('umount', ['--lazy', point]))
  for (const device of await loopsOn(sharedDisksOf(place))) await detach(device)
}

/** `ip netns` mounts a folder for its names when there was none: without names nobody needs it. */
async function forgetNetnsFolder(): Promise<void> {
  if (!existsSync(netnsFolder) || (await readdir(netnsFolder)).length > 0) return
  const mounts = parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))
  for (const { point } of mounts.toReversed()) if (point === netnsFolder) await command('umount', [point])
  await rmdir(netnsFolder)
}
