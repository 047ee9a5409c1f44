import { createHash } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a container may use: bytes, and cores. */
export interface Limits {
  readonly memory?: number | undefined
  readonly cpu?: number | undefined
}

/** Cgroups for one run of a container. */
export interface LimitGroup {
  /** A process that writes its pid to each of these is held to the limits, and so is all that it starts. */
  readonly procs: readonly string[]
  /** Whether the kernel killed for want of memory. */
  killed(): Promise<boolean>
  /** To be called when every process is gone. */
  remove(): Promise<void>
}

/** Makes groups with limits; those of what cannot be limited here are left out. */
export interface LimitGroups {
  readonly limits: { readonly memory: boolean; readonly cpu: boolean }
  make(name: string, limits: Limits): Promise<LimitGroup>
}

type Controller = 'memory' | 'cpu'
type Version = 'v1' | 'v2'

interface Place {
  readonly version: Version
  readonly folder: string
}

/** In microseconds, as the kubelet has it. */
const period = 100_000
const quota = (cores: number): number => Math.max(1000, Math.round(cores * period))

/** What is written for a limit, the first of which the kernel must have. */
const written: Readonly<
  Record<Controller, Readonly<Record<Version, (limit: number) => [string, string][]>>>
> = {
  memory: {
    v1: (limit) => [
      ['memory.limit_in_bytes', String(Math.floor(limit))],
      // Not every kernel counts swap.
      ['memory.memsw.limit_in_bytes', String(Math.floor(limit))],
    ],
    v2: (limit) => [
      ['memory.max', String(Math.floor(limit))],
      ['memory.swap.max', '0'],
    ],
  },
  cpu: {
    v1: (limit) => [['cpu.cfs_quota_us', String(quota(limit))]],
    v2: (limit) => [['cpu.max', `${quota(limit)} ${period}`]],
  },
}
const killCounts: Readonly<Record<Version, string>> = { v1: 'memory.oom_control', v2: 'memory.events' }

/**
 * The way to limit containers on this machine, below this process's own cgroups, where such may be made: for an ordinary user that is seldom so.
 * `owner` tells groups of one node from those of others; what is left of its earlier life is removed.
 */
export async function limitGroups(owner: string): Promise<LimitGroups> {
  const prefix = `drydock-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}-`
  const [memory, cpu] = [await usable('memory', prefix), await usable('cpu', prefix)]
  return {
    limits: { memory: memory !== undefined, cpu: cpu !== undefined },
    async make(name, limits) {
      const folders = new Set<string>()
      const limit = async (
        controller: Controller,
        place: Place | undefined,
        value?: number,
      ): Promise<void> => {
        if (place === undefined || !value) return
        const group = join(place.folder, prefix + name)
        await mkdir(group, { recursive: true })
        folders.add(group)
        const [first, ...others] = written[controller][place.version](value)
        if (first) await writeFile(join(group, first[0]), first[1])
        for (const [file, text] of others) await writeFile(join(group, file), text).catch(() => {})
      }
      await limit('memory', memory, limits.memory)
      await limit('cpu', cpu, limits.cpu)
      return {
        procs: [...folders].map((folder) => join(folder, 'cgroup.procs')),
        async killed() {
          if (memory === undefined) return false
          const file = join(memory.folder, prefix + name, killCounts[memory.version])
          const text = await readFile(file, 'utf8').catch(() => '')
          return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0) > 0
        },
        async remove() {
          for (const folder of folders) await rmdir(folder).catch(() => {})
        },
      }
    },
  }
}

/** Where groups with this controller can be made; undefined where they cannot. */
async function usable(controller: Controller, prefix: string): Promise<Place | undefined> {
  const place = await ownGroup(controller)
  if (!place) return undefined
  const probe = join(place.folder, `${prefix}probe`)
  try {
    await removeOf(place.folder, prefix)
    await mkdir(probe)
    const [first] = written[controller][place.version](1)
    await access(join(probe, first?.[0] ?? ''), constants.W_OK)
    return place
  } catch {
    return undefined
  } finally {
    await rmdir(probe).catch(() => {})
  }
}

/** The cgroup of this process that a controller accounts for. */
async function ownGroup(controller: Controller): Promise<Place | undefined> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '))
  const groups = (await readFile('/proc/self/cgroup', 'utf8')).split('\n').map((line) => line.split(':'))
  const has = (list: string | undefined): boolean => list?.split(',').includes(controller) === true
  const v1 = mounts.find(([, , type, options]) => type === 'cgroup' && has(options))?.[1]
  const path1 = groups.find(([, controllers]) => has(controllers))?.[2]
  if (v1 && path1) return { version: 'v1', folder: join(v1, path1) }
  const v2 = mounts.find(([, , type]) => type === 'cgroup2')?.[1]
  const path2 = groups.find(([number]) => number === '0')?.[2]
  if (!v2 || !path2) return undefined
  const folder = join(v2, path2)
  // Children get the controller only where this is allowed: not in a group that holds processes itself, the root apart.
  await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => {})
  return { version: 'v2', folder }
}

async function removeOf(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await rmdir(join(folder, name)).catch(() => {})
  }
}
