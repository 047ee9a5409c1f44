/**
 * Nodes live in a network from which no registry can be reached: the supervisor, which stays on the machine, pulls for them. Both have the same store,
 * so only names go through the socket.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import type { Log } from '@orlop/kube'
import { paths } from '../state.ts'
import { record, string } from './image-config.ts'
import { ImageError } from './image-error.ts'
import { canonical, referenceOf } from './reference.ts'
import { type Pull, pullImage } from './skopeo.ts'
import type { ImageStore } from './store.ts'

/** Answers until it is closed: a line of JSON asks, one answers. A pull ends with the connection that asked for it. */
export async function servePulls(stateDir: string, store: ImageStore, log: Log): Promise<Server> {
  const socket = paths.pullSocket(stateDir)
  await rm(socket, { force: true })
  const server = createServer((client) => {
    const gone = new AbortController()
    let heard = ''
    client.on('error', () => client.destroy())
    client.on('close', () => gone.abort())
    client.setEncoding('utf8').on('data', (text: string) => {
      heard += text
      if (!heard.endsWith('\n')) return
      void answer(heard, store, gone.signal, log).then((said) => client.end(`${JSON.stringify(said)}\n`))
      heard = ''
    })
  })
  server.listen(socket)
  await once(server, 'listening', { signal: AbortSignal.timeout(60_000) })
  return server
}

async function answer(line: string, store: ImageStore, signal: AbortSignal, log: Log): Promise<object> {
  try {
    const { reference, auth }: { reference: string; auth?: string } = JSON.parse(line)
    log.info({ image: reference }, 'a node asked to pull')
    await pullImage(store, referenceOf(reference), { signal, ...(auth !== undefined && { auth }) })
    return {}
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Pulls by the supervisor of the state folder. */
export function pullBySupervisor(stateDir: string, store: ImageStore): Pull {
  return async (reference, { auth, signal }) => {
    const text = await ask(paths.pullSocket(stateDir), { reference: canonical(reference), auth }, signal)
    signal.throwIfAborted()
    const refusal = text === '' ? 'the supervisor gave no answer' : string(record(JSON.parse(text))['error'])
    const image = refusal === '' ? await store.find(reference) : undefined
    if (!image)
      throw new ImageError('PullFailed', refusal || `${canonical(reference)} was pulled and is gone`)
    return image
  }
}

/** Empty when nobody answers. */
function ask(path: string, question: object, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(path)
    const stop = (): void => void socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    socket.on('connect', () => socket.write(`${JSON.stringify(question)}\n`))
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      signal.removeEventListener('abort', stop)
      resolve(heard)
    })
    if (signal.aborted) stop()
  })
}
