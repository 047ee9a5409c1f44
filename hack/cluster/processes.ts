/** Processes as /proc shows them. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The numbers in a file such as `cgroup.procs`, without those that only wait for their parent to take note of their end. */
export async function pidsIn(file: string): Promise<number[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const living: number[] = []
  for (const pid of text.split('\n').filter(Boolean).map(Number)) if (await lives(pid)) living.push(pid)
  return living
}

async function lives(pid: number): Promise<boolean> {
  const status = await statusOf(pid)
  return status !== undefined && !/^State:\s+[ZX]/m.test(status)
}

function statusOf(pid: number): Promise<string | undefined> {
  return readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined)
}

/** Whether a process is the first one of a process namespace just below ours: by `NSpid` of proc_pid_status(5). */
export function isFirstOfMachine(status: string): boolean {
  return /^NSpid:\t\d+\t1$/m.test(status)
}

/** Of these processes the one that is the first of its machine. */
export async function firstProcess(pids: readonly number[]): Promise<number | undefined> {
  for (const pid of pids) if (isFirstOfMachine((await statusOf(pid)) ?? '')) return pid
  return undefined
}

/** A line for a person: its number and its command. */
export async function described(pid: number): Promise<string> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return `${pid} ${words.replaceAll('\0', ' ').trim().slice(0, 100)}`
}

/** The processes that live in a named network namespace. */
export async function pidsInNetns(path: string): Promise<number[]> {
  const wanted = await stat(path).catch(() => undefined)
  if (!wanted) return []
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const link = await readlink(join('/proc', name, 'ns/net')).catch(() => '')
    if (link === `net:[${wanted.ino}]`) found.push(Number(name))
  }
  return found
}
