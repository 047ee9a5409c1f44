/** A socket by which other processes of the same user ask a running drydock how it is, and tell it to stop. */

import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { paths } from './state.ts'

export interface DrydockStatus {
  readonly state: 'starting' | 'ready' | 'stopping' | 'failed'
  /** The supervisor. */
  readonly pid: number
  /** The daemon inside, as this machine numbers it: whose namespaces `enter` joins. */
  readonly daemon: number | undefined
  readonly apiPort: number
  readonly nodes: number
  /** When the present daemon was started, in ms since 1970: what a pod reports from before is no longer so. */
  readonly since: number
  /** Why it failed, and what to do. */
  readonly message?: string
  readonly remedy?: string
}

export async function serveControl(
  folder: string,
  status: () => DrydockStatus,
  stop: () => void,
): Promise<Server> {
  const socket = paths.controlSocket(folder)
  await rm(socket, { force: true })
  const server = createServer((client) => {
    client.on('error', () => client.destroy())
    client.setTimeout(5000, () => client.destroy())
    client.once('data', (word) => {
      if (String(word).trim() === 'stop') stop()
      client.end(`${JSON.stringify(status())}\n`)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, () => resolve())
  })
  return server
}

/** Undefined where nobody answers: it is not running. */
export function askControl(folder: string, word: 'status' | 'stop'): Promise<DrydockStatus | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(paths.controlSocket(folder))
    socket.setTimeout(3000, () => socket.destroy())
    socket.on('connect', () => socket.write(`${word}\n`))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text))
      } catch {
        resolve(undefined)
      }
    })
  })
}

/** How the local Kubernetes of a state folder is, if it runs and answers. */
export async function runningDrydock(folder: string): Promise<DrydockStatus | undefined> {
  const status = await askControl(folder, 'status')
  return status?.state === 'ready' ? status : undefined
}

/** Stops it, pods first, and waits until it is gone. */
export async function stopDrydock(folder: string, signal: AbortSignal): Promise<void> {
  if ((await askControl(folder, 'stop')) === undefined) return
  while ((await askControl(folder, 'status')) !== undefined) {
    signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

/** What to put before a program's arguments to run it inside, in the caller's working directory. */
export async function enter(folder: string): Promise<string[]> {
  const daemon = (await askControl(folder, 'status'))?.daemon
  if (daemon === undefined) return []
  const spaces = ['--user', '--net', '--mount', '--pid', '--preserve-credentials']
  return [
    'nsenter',
    '--target',
    String(daemon),
    ...spaces,
    '--',
    'sh',
    '-c',
    'cd "$0" 2>/dev/null; exec "$@"',
    process.cwd(),
  ]
}
