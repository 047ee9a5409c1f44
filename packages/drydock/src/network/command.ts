import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { NetworkError } from './network-error.ts'

/** Far more than any command here takes; a kernel that is slower than this is stuck. */
const deadline = 20_000

/** How a command ended. */
export interface Ended {
  /** What it wrote to stderr, by line. */
  readonly complaints: readonly string[]
  readonly ok: boolean
}

/**
 * Runs a program of the system with `input` on its stdin, and waits for its end.
 * @throws {NetworkError} `CommandFailed` when the program cannot be started or does not end in time.
 */
export async function attempt(program: string, args: readonly string[], input: string): Promise<Ended> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: deadline,
    killSignal: 'SIGKILL',
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // A program that ends before it has read everything says why on stderr; the broken pipe adds nothing.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    const [code, signal] = await once(child, 'close')
    if (signal) throw new Error(`killed by ${signal}`)
    return { ok: code === 0, complaints: stderr.split('\n').filter((line) => line !== '') }
  } catch (cause) {
    throw new NetworkError('CommandFailed', `${program} did not run: ${String(cause)}`, { cause })
  }
}

/**
 * Like `attempt`, for what must succeed.
 * @throws {NetworkError} `CommandFailed` with what the program complained of.
 */
export async function command(program: string, args: readonly string[], input: string): Promise<void> {
  const { ok, complaints } = await attempt(program, args, input)
  if (!ok) {
    throw new NetworkError('CommandFailed', `${[program, ...args].join(' ')}: ${complaints.join('; ')}`)
  }
}

/** Runs lines of `ip` in one process, in the named network namespace or the current one. */
export function ip(lines: readonly string[], netns?: string): Promise<void> {
  return command('ip', [...(netns ? ['-n', netns] : []), '-batch', '-'], `${lines.join('\n')}\n`)
}

const alreadyGone = /Cannot find device|No such (file|device|process)|^Command failed/

/** Runs lines of `ip` that take something away; what is gone already is no error. */
export async function ipRemove(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  const { complaints } = await attempt('ip', ['-force', '-batch', '-'], `${lines.join('\n')}\n`)
  const real = complaints.filter((line) => !alreadyGone.test(line))
  if (real.length > 0) throw new NetworkError('CommandFailed', `ip: ${real.join('; ')}`)
}

/** Gives a ruleset to `nft`, which takes it as one transaction, in the named network namespace or the current one. */
export function nft(ruleset: string, netns?: string): Promise<void> {
  const args = ['nft', '-f', '-']
  return netns
    ? command('nsenter', [`--net=/run/netns/${netns}`, '--', ...args], ruleset)
    : command('nft', args.slice(1), ruleset)
}
