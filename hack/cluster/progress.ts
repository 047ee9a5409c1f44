/** One line a stage, with its time: how long it took, and how long all took until then. */
export class Progress {
  readonly #began: number
  readonly #now: () => number
  readonly #say: (line: string) => void

  /** @param now a clock, in ms */
  constructor(now: () => number, say: (line: string) => void) {
    this.#now = now
    this.#say = say
    this.#began = now()
  }

  /** Runs a stage. What fails is told by whoever catches it. */
  async stage<T>(name: string, work: () => Promise<T>): Promise<T> {
    const began = this.#now()
    const result = await work()
    this.#say(`${seconds(this.#now() - began)}  ${seconds(this.#now() - this.#began)}  ${name}`)
    return result
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`
}
