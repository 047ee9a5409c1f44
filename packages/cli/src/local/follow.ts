/** Text that goes on: a log file that grows, and the log of a container while it runs. */
import { open, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { type ConnectionConfig, systemClock } from '@orlop/kube'
import { CliError } from '../failure.ts'
import { openAnswer } from './answer.ts'

/** How often a file is looked at, in ms. */
const look = 200

/**
 * Whole lines that are added to a file from `position` (bytes) on; begins again when the file was cut, or set aside for a new one of its name.
 * Ends with the signal.
 */
export async function* linesAddedTo(
  file: string,
  position: number,
  signal: AbortSignal,
): AsyncIterable<string> {
  let handle = await open(file, 'r')
  try {
    let rest = ''
    const decoder = new TextDecoder()
    while (!signal.aborted) {
      const { size, ino } = await handle.stat()
      if (size < position) position = 0
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(65_536), position })
      position += bytesRead
      const lines = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      if (bytesRead > 0) continue
      const named = await stat(file).catch(() => undefined)
      if (named !== undefined && named.ino !== ino) {
        await handle.close()
        handle = await open(file, 'r')
        position = 0
      } else await systemClock.sleep(look, signal).catch(() => undefined)
    }
  } finally {
    await handle.close()
  }
}

/** Lines of an answer of the API server that has no end; ends with the container or the signal. */
export async function* linesOf(
  connection: ConnectionConfig,
  path: string,
  signal: AbortSignal,
): AsyncIterable<string> {
  const answer = await openAnswer(connection, path, signal)
  if (answer.statusCode !== 200) {
    answer.resume()
    throw new CliError('NoLog', `the API server gave no log: ${answer.statusCode} ${answer.statusMessage}`)
  }
  yield* createInterface({ input: answer })
}
