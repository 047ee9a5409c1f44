import { connect, type Socket } from 'node:net'
import { firstLine } from './first-line.ts'
import { NetworkError } from './network-error.ts'

/** Longer than the other side takes to give up, so that its reason arrives. */
const deadline = 7000

/**
 * Connects to a pod or Service from outside of the network, through the socket that the network listens on.
 * @param address e.g. `10.96.0.7:6379`.
 * @returns a socket, paused, that is not closed by the end of what it reads.
 * @throws {NetworkError} `DialRefused` with the network's reason, `DialFailed` where there is no network to give one.
 */
export async function dialThrough(socketPath: string, address: string): Promise<Socket> {
  const socket = connect({ path: socketPath, allowHalfOpen: true })
  try {
    socket.write(`${address}\n`)
    const answer = await firstLine(socket, deadline)
    if (answer !== 'ok') throw new NetworkError('DialRefused', answer.replace(/^error /, ''))
    return socket
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  }
}
