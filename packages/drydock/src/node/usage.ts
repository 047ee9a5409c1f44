import { readdir, readFile, readlink } from 'node:fs/promises'

/** What the processes of a pod use. */
export interface PodUsage {
  /** CPU time used so far by the processes that run now; seconds. */
  readonly cpuSeconds: number
  /** Resident memory; bytes. */
  readonly rss: number
}

/** All processes in the pid namespaces of these ones: containers' processes and those that entered them. */
export async function processesOf(first: readonly number[]): Promise<readonly number[]> {
  const wanted = new Set<string>()
  for (const pid of first) {
    const space = await pidNamespace(pid)
    if (space) wanted.add(space)
  }
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const space = await pidNamespace(pid)
    if (space && wanted.has(space)) found.push(pid)
  }
  return found
}

function pidNamespace(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined)
}

/** The parents of processes: those outside that entered a container wait, and stop, with what they started inside. */
export async function parentsOf(pids: readonly number[]): Promise<readonly number[]> {
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return stats
    .map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    .filter((pid) => pid > 1)
}

/** Clock ticks a second, and the size of a page: what Linux shows to programs on every machine that node runs on. */
const ticks = 100
const page = 4096

/** Adds up /proc/PID/stat; a process that ended meanwhile counts nothing. */
export async function usageOf(pids: readonly number[]): Promise<PodUsage> {
  let cpuSeconds = 0
  let rss = 0
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // The name, in parentheses, may contain anything; fields after it are counted from the third.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    cpuSeconds += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticks
    rss += Number(fields[21] ?? 0) * page
  }
  return { cpuSeconds, rss }
}
