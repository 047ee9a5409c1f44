import { readdir, readFile, readlink } from 'node:fs/promises'

/** What the processes of a pod use. */
export interface PodUsage {
  /** CPU time used so far by the processes that run now and by their children that ended; seconds. It only grows while they run. */
  readonly cpuSeconds: number
  /** Resident memory; bytes. */
  readonly rss: number
}

/** All processes in the pid namespaces of these ones: containers' processes and those that entered them. */
export async function processesOf(first: readonly number[]): Promise<readonly number[]> {
  return [...(await processesByFirst(first)).values()].flat()
}

/** The same, by each of the first. */
export async function processesByFirst(
  first: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const found = new Map<number, number[]>(first.map((pid) => [pid, []]))
  const spaces = new Map<string, number>()
  for (const pid of first) {
    const space = await pidNamespace(pid)
    if (space) spaces.set(space, pid)
  }
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const of = spaces.get((await pidNamespace(pid)) ?? '')
    if (of !== undefined) found.get(of)?.push(pid)
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
    // utime, stime, and those of the children it waited for.
    for (const time of fields.slice(11, 15)) cpuSeconds += Number(time) / ticks
    rss += Number(fields[21] ?? 0) * page
  }
  return { cpuSeconds, rss }
}
