/** Whether the operator still does its work, for /healthz: what it says here only a restart helps against. */
import type { Clock, Reconcile } from '@orlop/kube'

/** A pass is told to stop after 120 s (packages/kube, controller.ts). One that goes on for so long does not listen. Milliseconds. */
const longestPass = 240_000

/** A leader stops 10 s after its last renewal, and its lease is another's after 15. Milliseconds. */
const longestWithoutRenewal = 40_000

export class Watchdog {
  readonly #clock: Clock
  readonly #passes = new Map<object, { readonly key: string; readonly since: number }>()
  #renewed: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  renewed(at: number): void {
    this.#renewed = at
  }

  /** It leads no more. */
  resigned(): void {
    this.#renewed = undefined
  }

  /** Keeps an eye on each pass. */
  watched(reconcile: Reconcile): Reconcile {
    return async (key, signal) => {
      const pass = {}
      this.#passes.set(pass, { key: `${key.namespace}/${key.name}`, since: this.#clock.now() })
      try {
        return await reconcile(key, signal)
      } finally {
        this.#passes.delete(pass)
      }
    }
  }

  stuck(): string | undefined {
    const now = this.#clock.now()
    if (this.#renewed !== undefined && now - this.#renewed > longestWithoutRenewal) {
      return `it leads, and has not renewed its lease for ${seconds(now - this.#renewed)} s`
    }
    for (const { key, since } of this.#passes.values()) {
      if (now - since > longestPass) return `the pass over ${key} has not ended for ${seconds(now - since)} s`
    }
    return undefined
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}
