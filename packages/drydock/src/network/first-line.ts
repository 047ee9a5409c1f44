import type { Socket } from 'node:net'
import { NetworkError } from './network-error.ts'

/** Longer is no first line of ours. */
const longest = 512

/**
 * Reads up to the first line end and gives the rest back to the socket, paused, for whoever reads on.
 * @param ms how long to wait.
 * @throws {NetworkError} `DialFailed` when the socket ends, is too slow or says too much first.
 */
export function firstLine(socket: Socket, ms: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      socket.pause()
      socket.off('data', onData).off('error', onError).off('close', onEnd).off('end', onEnd)
      settle()
    }
    const fail = (why: string, cause?: Error): void =>
      done(() => reject(new NetworkError('DialFailed', why, { cause })))
    const onData = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk])
      const end = read.indexOf('\n')
      if (end < 0) {
        if (read.length > longest) fail('no line end within the first bytes')
        return
      }
      done(() => {
        if (end + 1 < read.length) socket.unshift(read.subarray(end + 1))
        resolve(read.subarray(0, end).toString())
      })
    }
    const onEnd = (): void => fail('closed before the first line')
    const onError = (error: Error): void => fail(error.message, error)
    const timer = setTimeout(() => fail(`no first line within ${ms} ms`), ms)
    socket.on('data', onData).on('error', onError).on('close', onEnd).on('end', onEnd).resume()
  })
}
