import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '@orlop/kube'
import { rotation, setAside } from '../../rotation.ts'
import { formatLine, type LogStream, longestPiece } from './line.ts'

/**
 * The log of one run of a container. Written synchronously: what a program said before it died is there once it is known to be dead.
 */
export class LogWriter {
  readonly file: string
  readonly #clock: Clock
  readonly #rotateAt: number
  readonly #listeners = new Set<() => void>()
  readonly #open = { stdout: '', stderr: '' }
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  #fd: number
  #size: number
  #closed = false
  #version = 0

  constructor(file: string, clock: Clock, limit: number = rotation.bytes) {
    this.file = file
    this.#clock = clock
    this.#rotateAt = limit
    this.#fd = openSync(file, 'a', 0o600)
    this.#size = fstatSync(this.#fd).size
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Grows with every change, so that a reader that looked before it listened notices. */
  get version(): number {
    return this.#version
  }

  /** Calls `listener` after every change and after the end; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  write(stream: LogStream, data: Buffer): void {
    if (this.#closed) return
    const pieces = (this.#open[stream] + this.#decoders[stream].write(data)).split('\n')
    this.#open[stream] = pieces.pop() ?? ''
    const time = new Date(this.#clock.now()).toISOString().replace('Z', '000000Z')
    let out = ''
    for (const piece of pieces) out += this.#records(time, stream, piece, false)
    while (this.#open[stream].length >= longestPiece) {
      out += formatLine({ time, stream, partial: true, text: this.#open[stream].slice(0, longestPiece) })
      this.#open[stream] = this.#open[stream].slice(longestPiece)
    }
    if (out !== '') this.#append(out)
  }

  /** Writes what has no line end yet, and ends the log. */
  close(): void {
    if (this.#closed) return
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#open[stream] !== '') this.write(stream, Buffer.from('\n'))
    }
    this.#closed = true
    closeSync(this.#fd)
    this.#version++
    for (const listener of this.#listeners) listener()
  }

  #records(time: string, stream: LogStream, text: string, partial: boolean): string {
    let out = ''
    let rest = text
    for (; rest.length > longestPiece; rest = rest.slice(longestPiece)) {
      out += formatLine({ time, stream, partial: true, text: rest.slice(0, longestPiece) })
    }
    return out + formatLine({ time, stream, partial, text: rest })
  }

  #append(text: string): void {
    if (this.#size >= this.#rotateAt) this.#rotate()
    this.#size += writeSync(this.#fd, text)
    this.#version++
    for (const listener of this.#listeners) listener()
  }

  #rotate(): void {
    closeSync(this.#fd)
    setAside(this.file)
    this.#fd = openSync(this.file, 'a', 0o600)
    this.#size = 0
  }
}
