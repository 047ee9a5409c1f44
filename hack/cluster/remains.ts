/** What of a cluster there is on this machine. */

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isNetnsOf } from './addresses.ts'
import { cgroupFolders, membersOf } from './cgroups.ts'
import { loopsOn } from './loops.ts'
import { sharedDisksOf } from './machine.ts'
import { mountsBelow, parseMountInfo } from './mounts.ts'
import type { Place } from './place.ts'
import { described, pidsInNetns } from './processes.ts'

export const netnsFolder = '/run/netns'

/** One line for each thing; none where nothing is left. */
export async function remainsOf(place: Place): Promise<string[]> {
  const members = await membersOf(place.cgroup)
  const guests = await guestsOf(place)
  return [
    ...(await Promise.all(members.map(async (pid) => `process ${await described(pid)}`))),
    ...(await Promise.all(guests.map(async (pid) => `process in its network ${await described(pid)}`))),
    ...(await mountPointsOf(place)).map((point) => `mount ${point}`),
    ...(await loopsOn(sharedDisksOf(place))).map((device) => `loop device ${device}`),
    ...(await netnsOf(place)).map((name) => `network namespace ${name}`),
    ...(await cgroupFolders(place.cgroup))
      .filter((folder) => basename(folder) === place.cgroup)
      .map((folder) => `cgroup ${folder}`),
    ...(existsSync(place.folder) ? [`folder ${place.folder}`] : []),
  ]
}

/** Where something is mounted in this namespace of mounts, the innermost first. */
export async function mountPointsOf({ folder }: Place): Promise<string[]> {
  const mounts = parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))
  return mountsBelow(mounts, folder).map(({ point }) => point)
}

/** The names of its network namespaces. */
export async function netnsOf(place: Place): Promise<string[]> {
  const names = await readdir(netnsFolder).catch(() => [])
  return names.filter((name) => isNetnsOf(place, name))
}

/** Processes that somebody runs in the cluster's network, and that are none of the cluster. */
export async function guestsOf(place: Place): Promise<number[]> {
  const own = new Set(await membersOf(place.cgroup))
  const found: number[] = []
  for (const name of await netnsOf(place)) found.push(...(await pidsInNetns(join(netnsFolder, name))))
  return found.filter((pid) => !own.has(pid))
}
