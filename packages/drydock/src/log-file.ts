/** Logs in the state folder. A disk without room costs lines of the log, never the program that writes them. */
import { appendFileSync } from 'node:fs'
import type { Readable } from 'node:stream'

export interface LogFile {
  write(text: string | Uint8Array): void
}

/** Appends to a file that only its owner may read. */
export function appendTo(file: string): LogFile {
  return {
    write(text) {
      try {
        appendFileSync(file, text, { mode: 0o600 })
      } catch {
        // There is nowhere to say it: what is full or gone is the place for saying things.
      }
    },
  }
}

/** Everything that a process says. */
export function collect(stream: Readable | null, file: LogFile): void {
  stream?.on('data', (chunk: Uint8Array) => file.write(chunk)).on('error', () => undefined)
}
