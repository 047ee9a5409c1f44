/** A node as the machine it stands for: it has a switch, and a cable that can be pulled. */
import { Gate } from './node/gate.ts'
import type { NodeHandle } from './node/node.ts'
import { DrydockError } from './state.ts'

export type MachineState = 'running' | 'off' | 'cut' | 'frozen'

/** What a person or a test does to a node. Every method resolves when it is so, and can be called twice without harm. */
export interface Machine {
  readonly name: string
  readonly state: MachineState
  /** Undefined while it is off. */
  readonly handle: NodeHandle | undefined
  /** Everything on it is killed at once, and nobody is told; what its disk holds stays. */
  powerOff(): Promise<void>
  /** @throws DrydockError `NodeState` while it is cut off: it could not report. */
  powerOn(): Promise<void>
  /** Its pods go on and reach each other, but nothing else reaches them or it, and it reaches nothing. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** As when its processor stands still: pods neither answer nor end, and it does not report. */
  freeze(): Promise<void>
  thaw(): Promise<void>
}

/** With the way to end it for good. */
export interface StartedMachine extends Machine {
  stop(seconds?: number): Promise<void>
}

/** What a machine is made of. */
export interface MachineParts {
  readonly name: string
  start(link: Gate): Promise<NodeHandle>
  /** Takes the node off the network, or puts it back. */
  connect(connected: boolean): Promise<void>
}

/** Starts the node. */
export async function startMachine(parts: MachineParts): Promise<StartedMachine> {
  const { name } = parts
  const link = new Gate()
  let handle: NodeHandle | undefined = await parts.start(link)
  let [cut, frozen] = [false, false]
  const connect = async (): Promise<void> => {
    const connected = handle !== undefined && !cut && !frozen
    await parts.connect(connected)
    link.set(connected)
  }
  let turn: Promise<unknown> = Promise.resolve()
  /** One after the other. */
  const then = (work: () => Promise<void>): Promise<void> => {
    const done = turn.catch(() => undefined).then(work)
    turn = done
    return done
  }
  return {
    name,
    get handle() {
      return handle
    },
    get state() {
      if (handle === undefined) return 'off'
      return frozen ? 'frozen' : cut ? 'cut' : 'running'
    },
    powerOff: () =>
      then(async () => {
        const off = handle
        handle = undefined
        frozen = false
        await connect()
        await off?.stop()
      }),
    powerOn: () =>
      then(async () => {
        if (handle !== undefined) return
        if (cut)
          throw new DrydockError(
            'NodeState',
            `${name} is cut off from the network`,
            `first: orlop node mend ${name}`,
          )
        await parts.connect(true)
        link.set(true)
        handle = await parts.start(link)
      }),
    cut: () =>
      then(() => {
        cut = true
        return connect()
      }),
    mend: () =>
      then(() => {
        cut = false
        return connect()
      }),
    freeze: () =>
      then(async () => {
        if (handle === undefined)
          throw new DrydockError('NodeState', `${name} is off`, `first: orlop node start ${name}`)
        if (frozen) return
        frozen = true
        await connect()
        await handle.freezeAll()
      }),
    thaw: () =>
      then(async () => {
        if (!frozen) return
        await handle?.thawAll()
        frozen = false
        await connect()
      }),
    stop: (seconds) => then(async () => handle?.stop(seconds)),
  }
}
