import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Connection, withConnection } from '../src/connect/connection.ts'
import { isRedisError } from '../src/connect/error.ts'
import { freePort } from '../testing/server.ts'
import type { Subject } from './servers.ts'

function argv(subject: Subject, ...more: string[]): [string, string[]] {
  const [program = '', ...args] = subject.command
  return [program, [...args, ...more]]
}

/**
 * Asks the server to start with one line of configuration. A second line that no version knows makes sure that it never does.
 *
 * @returns why the line is refused, or undefined when the server got past it.
 */
export async function refusalOf(subject: Subject, line: string): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'orlop-probe-'))
  try {
    const file = join(dir, 'redis.conf')
    await writeFile(file, `${line}\norlop-end\n`)
    const [program, args] = argv(subject, file)
    const output = await new Promise<string>((resolve) => {
      execFile(program, args, { cwd: dir, timeout: 5000, killSignal: 'SIGKILL' }, (_, out, err) =>
        resolve(out + err),
      )
    })
    const told = /at line (\d+)\r?\n>>> .*\r?\n(.*)/.exec(output)
    // `dir` of a folder that is not there ends the server in words of its own; `logfile` has sent the words elsewhere.
    if (told === null) return output === '' ? undefined : output
    return told[1] === '1' ? told[2] : undefined
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Runs the server with nothing set but its port and folder. */
export async function withRunning<T>(subject: Subject, use: (redis: Connection) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'orlop-probe-'))
  const port = await freePort()
  const [program, args] = argv(subject, '--port', String(port), '--dir', dir)
  const child = spawn(program, args, { cwd: dir, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await untilAnswering(child, port)
    return await withConnection({ host: '127.0.0.1', port }, { commandTimeout: 10_000 }, use)
  } finally {
    child.kill('SIGKILL')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
}

async function untilAnswering(child: ChildProcess, port: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await wait(20)) {
    try {
      await withConnection({ host: '127.0.0.1', port }, {}, (redis) => redis.command(['PING']))
      return
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline || !isRedisError(error, 'Refused', 'Loading'))
        throw error
    }
  }
}
