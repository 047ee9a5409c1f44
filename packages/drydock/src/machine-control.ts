/** A socket of the daemon by which other processes of the same user switch its nodes off and on, cut them off, and freeze them. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import type { Log } from '@orlop/kube'
import type { Machine, MachineState } from './machine.ts'
import { messageOf } from './node/node-error.ts'
import { DrydockError, paths } from './state.ts'

/** What can be done to a node. */
export const machineVerbs = ['stop', 'start', 'cut', 'mend', 'freeze', 'thaw'] as const
export type MachineVerb = (typeof machineVerbs)[number]

export interface MachineInfo {
  readonly name: string
  readonly state: MachineState
}

interface Request {
  readonly verb: MachineVerb | 'list'
  readonly name?: string
}

interface Answer {
  readonly machines?: readonly MachineInfo[]
  readonly error?: {
    readonly message: string
    readonly code?: DrydockError['code']
    readonly remedy?: string
  }
}

const acts: Readonly<Record<MachineVerb, (machine: Machine) => Promise<void>>> = {
  stop: (machine) => machine.powerOff(),
  start: (machine) => machine.powerOn(),
  cut: (machine) => machine.cut(),
  mend: (machine) => machine.mend(),
  freeze: (machine) => machine.freeze(),
  thaw: (machine) => machine.thaw(),
}

/** How long a node may take to start, in ms. */
const answersWithin = 30_000

/** One line of JSON asks, one answers. */
export async function serveMachines(
  folder: string,
  { machines, node }: { readonly machines: readonly Machine[]; node(name: string): Machine },
  log: Log,
): Promise<Server> {
  const socket = paths.machinesSocket(folder)
  await rm(socket, { force: true })
  const answer = async (line: string): Promise<Answer> => {
    try {
      const { verb, name = '' }: Request = JSON.parse(line)
      if (verb !== 'list') {
        log.info({ node: name, verb }, 'asked to')
        await acts[verb](node(name))
      }
      return { machines: machines.map(({ name: own, state }) => ({ name: own, state })) }
    } catch (error) {
      const known = error instanceof DrydockError ? { code: error.code, remedy: error.remedy } : {}
      return { error: { message: messageOf(error), ...known } }
    }
  }
  const server = createServer((client) => {
    client.on('error', () => client.destroy())
    client.setTimeout(answersWithin, () => client.destroy())
    client.once('data', (line) => {
      void answer(String(line)).then((said) => client.end(`${JSON.stringify(said)}\n`))
    })
  })
  server.listen(socket)
  await once(server, 'listening', { signal: AbortSignal.timeout(60_000) })
  return server
}

/**
 * Lists the nodes of the local Kubernetes, after something was done to one of them where that is asked for.
 * @throws DrydockError `NotRunning`, `NoSuchNode`, `NodeState`
 */
export async function askMachines(folder: string, request: Request): Promise<readonly MachineInfo[]> {
  const text = await new Promise<string>((resolve) => {
    let heard = ''
    const socket = connect(paths.machinesSocket(folder))
    socket.setTimeout(answersWithin, () => socket.destroy())
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
  })
  if (text === '')
    throw new DrydockError('NotRunning', 'the local Kubernetes does not answer', 'see: orlop status')
  const { machines = [], error }: Answer = JSON.parse(text)
  if (error === undefined) return machines
  throw new DrydockError(
    error.code ?? 'NodeState',
    error.message,
    error.remedy ?? 'see: orlop logs --component drydock',
  )
}
