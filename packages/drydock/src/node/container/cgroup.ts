import { createHash } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A cgroup for one run of a container. */
export interface MemoryGroup {
  /** A process that writes its pid here is in the group, and so is all that it starts. */
  readonly procs: string
  /** Whether the kernel killed for want of memory. */
  killed(): Promise<boolean>
  /** To be called when every process is gone. */
  remove(): Promise<void>
}

/** Makes groups with a memory limit. */
export interface MemoryGroups {
  /** `limit` in bytes. */
  make(name: string, limit: number): Promise<MemoryGroup>
}

/** The files of the two versions of cgroups. */
const files = {
  v1: {
    limit: 'memory.limit_in_bytes',
    swap: 'memory.memsw.limit_in_bytes',
    swapOf: (limit: number) => String(limit),
    events: 'memory.oom_control',
  },
  v2: { limit: 'memory.max', swap: 'memory.swap.max', swapOf: () => '0', events: 'memory.events' },
} as const

/**
 * The way to limit memory on this machine, below this process's own cgroup; undefined where no cgroup may be made, which is the rule for an ordinary
 * user. `owner` tells groups of one node from those of others; what is left of its earlier life is removed.
 */
export async function memoryGroups(owner: string): Promise<MemoryGroups | undefined> {
  const prefix = `drydock-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}-`
  const own = await ownGroup()
  if (!own) return undefined
  const { version, folder } = own
  const probe = join(folder, `${prefix}probe`)
  try {
    await removeOf(folder, prefix)
    await mkdir(probe)
    await access(join(probe, files[version].limit), constants.W_OK)
  } catch {
    return undefined
  } finally {
    await rmdir(probe).catch(() => {})
  }
  return {
    async make(name, limit) {
      const { limit: limitFile, swap, swapOf, events } = files[version]
      const group = join(folder, prefix + name)
      await mkdir(group, { recursive: true })
      await writeFile(join(group, limitFile), String(Math.floor(limit)))
      // Not every kernel counts swap.
      await writeFile(join(group, swap), swapOf(Math.floor(limit))).catch(() => {})
      return {
        procs: join(group, 'cgroup.procs'),
        async killed() {
          const text = await readFile(join(group, events), 'utf8').catch(() => '')
          return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0) > 0
        },
        remove: () => rmdir(group).catch(() => {}),
      }
    },
  }
}

/** The cgroup of this process that accounts for memory. */
async function ownGroup(): Promise<{ version: 'v1' | 'v2'; folder: string } | undefined> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '))
  const groups = (await readFile('/proc/self/cgroup', 'utf8')).split('\n').map((line) => line.split(':'))
  const v1 = mounts.find(
    ([, , type, options]) => type === 'cgroup' && options?.split(',').includes('memory'),
  )?.[1]
  const path1 = groups.find(([, controllers]) => controllers?.split(',').includes('memory'))?.[2]
  if (v1 && path1) return { version: 'v1', folder: join(v1, path1) }
  const v2 = mounts.find(([, , type]) => type === 'cgroup2')?.[1]
  const path2 = groups.find(([number]) => number === '0')?.[2]
  if (!v2 || !path2) return undefined
  const folder = join(v2, path2)
  // Children get the controller only where this is allowed: not in a group that holds processes itself, the root apart.
  await writeFile(join(folder, 'cgroup.subtree_control'), '+memory').catch(() => {})
  return { version: 'v2', folder }
}

async function removeOf(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await rmdir(join(folder, name)).catch(() => {})
  }
}
