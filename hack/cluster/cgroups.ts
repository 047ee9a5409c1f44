/**
 * Every process of a cluster is born in a cgroup of the cluster, and none can leave it: so whoever is in there is ours, whatever its number,
 * whoever started it, and even when nobody wrote it down before a crash.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClusterError } from './cluster-error.ts'
import { parseMountInfo } from './mounts.ts'
import { pidsIn } from './processes.ts'

/** Where cgroups are mounted: one folder with version 2, one for each controller with version 1, and both kinds on some machines. */
async function hierarchies(): Promise<{ readonly point: string; readonly controllers: readonly string[] }[]> {
  const mounts = parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))
  return mounts
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .map(({ point, options }) => ({ point, controllers: options }))
}

/** Makes a cgroup in every hierarchy, e.g. `orlop-cluster-x/node-1`. */
export async function makeCgroup(path: string): Promise<void> {
  for (const { point } of await hierarchies()) {
    let folder = point
    for (const name of path.split('/')) {
      // With version 2 a group has the controllers that its parent gives to its children.
      const controllers = await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '')
      for (const one of controllers.split(/\s+/).filter(Boolean))
        await writeFile(join(folder, 'cgroup.subtree_control'), `+${one}`).catch(() => undefined)
      const parent = folder
      folder = join(folder, name)
      await mkdir(folder, { recursive: true })
      await inheritCpus(parent, folder)
    }
  }
}

/** With version 1 nothing can run in a new group until it is told where. */
async function inheritCpus(parent: string, folder: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (!existsSync(join(parent, file)) || !existsSync(join(parent, 'cpuset.clone_children'))) continue
    await writeFile(join(folder, file), await readFile(join(parent, file)))
  }
}

/** The file to which a process writes its number to belong to the cgroup with all its children: of one hierarchy, which is enough. */
export async function membersFile(path: string): Promise<string> {
  const all = await hierarchies()
  const { point } = all.find(({ controllers }) => controllers.includes('pids')) ??
    all[0] ?? { point: '/sys/fs/cgroup' }
  return join(point, path, 'cgroup.procs')
}

/** The folders of a cgroup and all below it, the innermost first. */
export async function cgroupFolders(path: string): Promise<string[]> {
  const folders: string[] = []
  for (const { point } of await hierarchies()) {
    const top = join(point, path)
    if (!existsSync(top)) continue
    const below = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => [])
    folders.push(
      top,
      ...below.filter((one) => one.isDirectory()).map((one) => join(one.parentPath, one.name)),
    )
  }
  return folders.sort((a, b) => b.length - a.length)
}

/** Every process in a cgroup and below it that still runs. */
export async function membersOf(path: string): Promise<number[]> {
  const all = new Set<number>()
  for (const folder of await cgroupFolders(path)) {
    for (const pid of await pidsIn(join(folder, 'cgroup.procs'))) all.add(pid)
  }
  return [...all]
}

/** How long killed processes may take to end, in ms: writing back what they hold takes its time on a slow disk. */
const endsWithin = 30_000

/**
 * Kills all that is in a cgroup or below it, and waits for the end of it.
 * @throws {ClusterError} `Remains`
 */
export async function killMembers(path: string): Promise<void> {
  const deadline = Date.now() + endsWithin
  for (;;) {
    // While some are killed others may be born: so until none is left.
    const pids = await membersOf(path)
    if (pids.length === 0) return
    if (Date.now() > deadline)
      throw new ClusterError(
        'Remains',
        `these processes do not end though they were killed: ${pids.join(' ')}`,
      )
    for (const pid of pids) kill(pid)
    await sleep(20)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** How long a cgroup may count members that have ended, in ms. */
const emptyWithin = 10_000

/** Removes a cgroup with all below it, whose members have been killed. What cannot be removed stays. */
export async function removeCgroup(path: string): Promise<void> {
  const deadline = Date.now() + emptyWithin
  for (;;) {
    const folders = await cgroupFolders(path)
    for (const folder of folders) await rmdir(folder).catch(() => undefined)
    // The kernel lets go of a process a moment after it has ended.
    if (folders.length === 0 || Date.now() > deadline) return
    await sleep(20)
  }
}

/** Makes this process, and with it all that it starts from now on, a member of a cgroup. */
export async function joinCgroup(path: string): Promise<void> {
  await makeCgroup(path)
  await writeFile(await membersFile(path), String(process.pid))
}
