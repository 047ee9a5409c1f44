/**
 * Where commands to servers outside Kubernetes pass: they can be recorded, held up, answered from the past or not at all. What the
 * servers are is not known here; whoever opens the connections leads each command through `exchange`.
 */

/** One command and to whom it goes. */
export interface Exchange {
  /** What the connection is for, such as `looking` or `acting`. */
  readonly channel: string
  /** `host:port`. */
  readonly to: string
  readonly command: readonly string[]
}

/** Which exchanges are meant. */
export type Exchanges = (exchange: Exchange) => boolean

/** The answers of a moment, by server and command. */
export type Answers = ReadonlyMap<string, unknown>

interface Rule {
  readonly of: Exchanges
  readonly answer: (exchange: Exchange, ask: () => Promise<unknown>) => Promise<unknown>
}

export class Tap {
  readonly #rules = new Set<Rule>()
  readonly #last = new Map<string, unknown>()
  #replayed = 0

  /** How many answers were other than a server's own. */
  get disturbed(): number {
    return this.#replayed
  }

  async exchange(exchange: Exchange, ask: () => Promise<unknown>): Promise<unknown> {
    const rule = [...this.#rules].reverse().find(({ of }) => of(exchange))
    const remember = async (): Promise<unknown> => {
      const answer = await ask()
      this.#last.set(keyOf(exchange), answer)
      return answer
    }
    return rule === undefined ? remember() : rule.answer(exchange, remember)
  }

  /** Whether a fault is on: then a connection must not be opened before a command needs it. */
  get active(): boolean {
    return this.#rules.size > 0
  }

  /** What was last answered to each command. */
  answers(): Answers {
    return new Map(this.#last)
  }

  /** Answers as it was answered then; what was not asked then is asked now. */
  replay(of: Exchanges, answers: Answers): () => void {
    return this.#add({
      of: (exchange) => of(exchange) && answers.has(keyOf(exchange)),
      answer: async (exchange) => {
        this.#replayed += 1
        return answers.get(keyOf(exchange))
      },
    })
  }

  /** No answer: the command never arrives, and the sender sees `error`. */
  fail(of: Exchanges, error: (exchange: Exchange) => Error): () => void {
    return this.#add({
      of,
      answer: async (exchange) => {
        this.#replayed += 1
        throw error(exchange)
      },
    })
  }

  /** The command arrives and is answered; the answer reaches the sender when the promise resolves. */
  hold(of: Exchanges, until: Promise<unknown>): () => void {
    return this.#add({
      of,
      answer: async (_, ask) => {
        this.#replayed += 1
        const answer = await ask()
        await until
        return answer
      },
    })
  }

  #add(rule: Rule): () => void {
    this.#rules.add(rule)
    return () => this.#rules.delete(rule)
  }
}

function keyOf({ to, command }: Exchange): string {
  return JSON.stringify([to, ...command])
}
