/** Listening ports of this machine, each of which leads to one address inside. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Log } from '@orlop/kube'
import { dialThrough } from '../network/dial-through.ts'
import { isErrno } from '../state.ts'

export interface Door {
  /** Where it listens: the loopback twin of the address, with another port when that one is taken. */
  readonly address: string
  /** Why it is not the port that was asked for: another program has it, or it is one that ordinary users may not have. */
  readonly moved: 'taken' | 'privileged' | undefined
  close(): void
}

/** @returns undefined where the port is taken and no other one will do (`leave`) */
export async function openDoor(
  dialSocket: string,
  host: string,
  port: number,
  inside: string,
  log: Log,
  elsewhere: 'move' | 'leave' = 'move',
): Promise<Door | undefined> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    open.add(client)
    client.on('close', () => open.delete(client))
    client.on('error', () => client.destroy())
    dialThrough(dialSocket, inside).then(
      (inner) => {
        inner.on('error', () => client.destroy())
        client.on('close', () => inner.destroy())
        inner.on('close', () => client.destroy())
        client.pipe(inner).pipe(client)
      },
      (error: unknown) => {
        log.debug({ err: error, inside }, 'nobody answers inside')
        client.resetAndDestroy()
      },
    )
  })
  let moved: Door['moved']
  try {
    await listen(server, host, port)
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE', 'EACCES')) throw error
    if (elsewhere === 'leave') return undefined
    moved = isErrno(error, 'EACCES') ? 'privileged' : 'taken'
    await listen(server, host, 0)
  }
  const bound = server.address()
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    address: `${host}:${actual}`,
    moved,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve()
    })
  })
}
