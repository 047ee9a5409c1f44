/** The client's writer as a process beside the cluster, in its network: no fault of a pod or a node touches it. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Verdict } from '../client/check.ts'
import type { Address } from '../client/connection.ts'
import type { Report } from '../client/writer.ts'
import { root, run } from '../targets/command.ts'
import { eventually, type Waiting } from './eventually.ts'

const client = [process.execPath, 'e2e/client/main.ts']

export interface WriterProcess {
  report(): Report
  /** Waits until a write is acknowledged that is asked for from now on. */
  writes(waiting?: Waiting): Promise<void>
  /** Ends the writing; the last report. */
  stop(): Promise<Report>
  /** Ends it, and reads everything back. */
  verify(): Promise<Report & Verdict>
}

export function startWriter(inside: readonly string[], address: Address, prefix: string): WriterProcess {
  const env = environmentOf(address)
  const child = start([...inside, ...client, 'write', prefix], env)
  let last: Report = { acknowledged: 0, ranges: [], longestGap: 0, silentFor: 0, errors: {} }
  let trouble = ''
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = JSON.parse(line)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    trouble += text
  })
  const ended = endOf(child)
  const writer: WriterProcess = {
    report: () => last,
    writes: async (waiting) => {
      // A report may be on its way that tells of writes from before.
      const seen = last
      await eventually(
        'the writer goes on',
        async () => last !== seen && last.acknowledged > seen.acknowledged && last.silentFor < 1000,
        { seen: async () => ({ ...last, ranges: last.ranges.length, trouble }), ...waiting },
      )
    },
    stop: async () => {
      child.stdin.end()
      await ended
      return last
    },
    verify: async () => {
      const report = await writer.stop()
      const answer = await run([...inside, ...client, 'check', prefix], {
        env,
        input: JSON.stringify(report),
      })
      const verdict: Verdict = JSON.parse(answer)
      return { ...report, ...verdict }
    },
  }
  return writer
}

export interface Burner {
  stop(): Promise<void>
}

/** Keeps a server busy until it is stopped. */
export function startBurner(inside: readonly string[], address: Address): Burner {
  const child = start([...inside, ...client, 'burn'], environmentOf(address))
  const ended = endOf(child)
  return {
    stop: async () => {
      child.stdin?.end()
      await ended
    },
  }
}

/** How the client is told where Redis is. */
export function environmentOf({ host, port, password }: Address): Readonly<Record<string, string>> {
  return {
    REDIS_HOST: host,
    REDIS_PORT: String(port),
    ...(password === undefined ? {} : { REDIS_PASSWORD: password }),
  }
}

function start(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  return spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** A writer whose server is silent still ends within a few seconds; one that does not is killed. */
async function endOf(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
    child.stdin?.on('error', () => undefined)
    child.stdin?.once('finish', () => setTimeout(() => child.kill('SIGKILL'), 15_000).unref())
  })
}
