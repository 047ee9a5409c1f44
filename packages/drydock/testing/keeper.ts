/** Keeps one subject running, as a Deployment would, and ends a life wherever a test wants. */
import type { Client } from '@orlop/kube'
import { Gate, type GateKeeper, type Moment } from './gate.ts'
import { mortalClient } from './mortal-client.ts'
import type { RunningSubject, Subject } from './subject.ts'
import type { Tap } from './tap.ts'
import type { Write } from './write.ts'

/** A write by its name: `2. patch pods kv-0` is the second of its sort. */
export type NumberedWrite = string

export interface KeeperOptions {
  readonly subject: Subject
  /** Closed by who made it. */
  readonly client: Client
  readonly namespace: string
  readonly tap: Tap
  readonly dies?: ((moment: Moment, write: NumberedWrite) => boolean) | undefined
  readonly judge?: ((write: Write) => Promise<void>) | undefined
}

export class Keeper {
  /** Every write of every life, in order. */
  readonly writes: NumberedWrite[] = []
  /** Where each life ended; `between two writes` for one that was killed by {@link kill}. */
  readonly deaths: string[] = []
  readonly #o: KeeperOptions
  readonly #counts = new Map<string, number>()
  #onItsWay: (() => Promise<unknown>)[] = []
  #wanted = false
  #life:
    | { readonly gate: Gate; readonly running: RunningSubject; readonly stopping: AbortController }
    | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(o: KeeperOptions) {
    this.#o = o
  }

  start(): void {
    this.#wanted = true
    this.#loop = this.#live()
    this.#loop.catch(() => undefined)
  }

  /** SIGKILL, wherever it is; the next starts. */
  kill(): void {
    this.deaths.push('between two writes')
    this.#life?.gate.fall()
  }

  /** As SIGTERM; none starts after it. Rejects when the subject broke by itself. */
  async stop(): Promise<void> {
    this.#wanted = false
    this.#life?.stopping.abort()
    await this.#loop
  }

  /** How often the life of now has looked. */
  async looks(): Promise<number> {
    return (await this.#life?.running.looks()) ?? 0
  }

  async #live(): Promise<void> {
    while (this.#wanted) {
      const stopping = new AbortController()
      let dead = false
      const gate = new Gate(this.#gateKeeper(), () => {
        dead = true
        stopping.abort()
      })
      const { client, subject, tap, namespace } = this.#o
      const running = subject.start(
        {
          client: mortalClient(client, gate),
          namespace,
          disturbed: () => tap.active,
          exchange: (exchange, ask) => {
            const what = subject.nameOf(exchange)
            const call = (): Promise<unknown> => tap.exchange(exchange, ask)
            return what === undefined ? gate.read(call) : gate.write({ to: 'server', what, exchange }, call)
          },
        },
        stopping.signal,
      )
      this.#life = { gate, running, stopping }
      await running.ended.catch((error: unknown) => {
        if (!dead) throw error
      })
    }
  }

  #gateKeeper(): GateKeeper {
    return {
      dies: (moment, { what }) => {
        const made = this.#counts.get(what) ?? 0
        const name = `${moment === 'after' ? made : made + 1}. ${what}`
        const dies = this.#o.dies?.(moment, name) ?? false
        if (dies) this.deaths.push(`${moment} ${name}`)
        return dies
      },
      judge: async (write) => this.#o.judge?.(write),
      made: ({ what }) => {
        const made = (this.#counts.get(what) ?? 0) + 1
        this.#counts.set(what, made)
        this.writes.push(`${made}. ${what}`)
      },
      onItsWay: (send) => {
        this.#onItsWay.push(send)
      },
      arrive: async () => {
        // Whether it is still taken is for the server to say; nobody waits for the answer.
        for (const send of this.#onItsWay.splice(0)) await send().catch(() => undefined)
      },
    }
  }
}
