import { execFile } from 'node:child_process'
import { ClusterError } from './cluster-error.ts'

/** What every program here gets of the environment: nothing of proxies, and nothing of whoever called. */
export const plainEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
}

export interface CommandOptions {
  /** Its stdin. */
  readonly input?: string
  /** Milliseconds until it is killed; 20,000 unless said. */
  readonly deadline?: number
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs a program of the system to its end, and gives what it wrote to stdout.
 * @throws {ClusterError} `CommandFailed` with what it complained of.
 */
export function command(program: string, args: readonly string[], o: CommandOptions = {}): Promise<string> {
  const { input = '', deadline = 20_000, env = plainEnvironment } = o
  return new Promise((resolve, reject) => {
    const options = { env, timeout: deadline, killSignal: 'SIGKILL' as const, maxBuffer: 1 << 26 }
    const child = execFile(program, args, options, (cause, stdout, stderr) => {
      if (!cause) return resolve(stdout)
      const why = stderr.trim() || (cause.killed ? `took longer than ${deadline / 1000} s` : cause.message)
      reject(new ClusterError('CommandFailed', `${[program, ...args].join(' ')}: ${why}`, { cause }))
    })
    // A program that ends before it has read everything says why on stderr; the broken pipe adds nothing.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Runs lines of `ip` in one process, in a named network namespace or, for those that make namespaces, in the current one. */
export async function ip(lines: readonly string[], netns?: string): Promise<void> {
  await command('ip', [...(netns ? ['-n', netns] : []), '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

/** The arguments by which `nsenter` runs a program in a named network namespace. Unlike `ip netns exec` it leaves the mounts alone. */
export function inNetns(netns: string, ...args: readonly string[]): readonly string[] {
  return [`--net=/run/netns/${netns}`, '--', ...args]
}
