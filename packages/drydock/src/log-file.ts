/** Logs in the state folder. A disk without room costs lines of the log, never the program that writes them. */
import { appendFileSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { rotation, setAside } from './rotation.ts'

export interface LogFile {
  write(text: string | Uint8Array): void
}

/** Appends to a file that only its owner may read; it is set aside when it has grown large. */
export function appendTo(file: string, limit: number = rotation.bytes): LogFile {
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return {
    write(text) {
      try {
        if (size >= limit) {
          setAside(file)
          size = 0
        }
        appendFileSync(file, text, { mode: 0o600 })
        size += Buffer.byteLength(text)
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
