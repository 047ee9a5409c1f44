/** node-redis as an application has it; what is lost is told at once, and whoever uses it connects anew. */
import { createClient } from '@redis/client'

export interface Address {
  readonly host: string
  readonly port: number
  readonly password: string | undefined
}

export interface Redis {
  /** Sends a command; rejects when no reply has come within the deadline. */
  send(...command: readonly string[]): Promise<unknown>
  close(): void
}

/** How long connecting, and one command, may take; in ms. */
const within = 2000

/** @throws what node-redis says: no such name, refused, no reply in time, a wrong password. */
export async function connect({ host, port, password }: Address, deadline: number = within): Promise<Redis> {
  const client = createClient({
    socket: { host, port, connectTimeout: deadline, reconnectStrategy: false },
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    ...(password === undefined ? {} : { password }),
  })
  // Without a listener an 'error' event ends the process; the promise in hand rejects as well.
  client.on('error', () => undefined)
  try {
    await inTime(client.connect(), deadline, `connecting to ${host}:${port}`)
  } catch (error) {
    client.destroy()
    throw error
  }
  return {
    send: (...command) => inTime(client.sendCommand([...command]), deadline, command[0] ?? ''),
    close: () => client.isOpen && client.destroy(),
  }
}

async function inTime<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no reply within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
