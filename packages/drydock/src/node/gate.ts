/** Something that can be shut for a while: whoever comes then waits until it is open again. */
export class Gate {
  readonly #listeners = new Set<(open: boolean) => void>()
  #open = true

  get isOpen(): boolean {
    return this.#open
  }

  set(open: boolean): void {
    if (open === this.#open) return
    this.#open = open
    for (const listener of [...this.#listeners]) listener(open)
  }

  /** Tells of every opening and shutting; returns how to stop that. */
  onChange(listener: (open: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when it is open, or when the signal is aborted. */
  async passed(signal: AbortSignal): Promise<void> {
    if (this.#open || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const stop = this.onChange((open) => open && done())
      signal.addEventListener('abort', done, { once: true })
    })
  }
}
