/** The gate between one life of a subject and the world: it can fall at any write. */
import type { Write } from './write.ts'

/**
 * Where a life ends: before the write left, after it arrived (its answer was not seen), or with the write on its way: it arrives
 * when the next life is about to write.
 */
export type Moment = 'before' | 'after' | 'late'

export interface GateKeeper {
  /** Asked at each write, in the order of the moments; answering true ends the life there. */
  dies(moment: Moment, write: Write): boolean
  /** Looks at a write just before it is made. */
  judge(write: Write): Promise<void>
  made(write: Write): void
  /** Carries the write out once the next life is about to make one of its own. */
  onItsWay(send: () => Promise<unknown>): void
  /** What is on its way arrives now. */
  arrive(): Promise<void>
}

/** What a call of a dead life gets. */
class Killed extends Error {
  override name = 'Killed'
}

export class Gate {
  readonly #keeper: GateKeeper
  readonly #died: () => void
  #dead = false

  constructor(keeper: GateKeeper, died: () => void) {
    this.#keeper = keeper
    this.#died = died
  }

  /** As SIGKILL does: not one more request goes out, and no answer is seen. */
  fall(): void {
    this.#dead = true
    this.#died()
  }

  async read<T>(call: () => Promise<T>): Promise<T> {
    this.#check()
    const result = await call()
    this.#check()
    return result
  }

  async write<T>(write: Write, call: () => Promise<T>): Promise<T> {
    this.#check()
    await this.#keeper.arrive()
    this.#check()
    if (this.#keeper.dies('before', write)) this.fall()
    else if (write.to === 'kubernetes' && this.#keeper.dies('late', write)) {
      this.fall()
      this.#keeper.onItsWay(call)
    }
    this.#check()
    await this.#keeper.judge(write)
    this.#check()
    const result = await call()
    this.#keeper.made(write)
    if (this.#keeper.dies('after', write)) this.fall()
    this.#check()
    return result
  }

  /** The options of a write without the signal of a life that has ended: what is on its way cannot be called back. */
  late<O extends object | undefined>(o: O): O {
    return this.#dead && o !== undefined ? { ...o, signal: undefined } : o
  }

  #check(): void {
    if (this.#dead) throw new Killed('the subject is dead')
  }
}
