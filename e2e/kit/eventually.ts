import { setTimeout as pause } from 'node:timers/promises'

/** How long anything may take that no fault delays: generous, since machines may be busy. In ms. */
export const soon = 90_000

export interface Waiting {
  /** In ms. */
  readonly within?: number
  /** What is told when it did not happen. */
  readonly seen?: () => Promise<unknown>
}

/**
 * Asks until the answer is neither false nor undefined, and gives it; an error counts as no answer.
 * @throws when it did not happen in time: with what was seen last.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | false | undefined>,
  { within = soon, seen }: Waiting = {},
): Promise<T> {
  const until = performance.now() + within
  for (let last: unknown; ; ) {
    try {
      const answer = await ask()
      if (answer !== false && answer !== undefined) return answer
      last = answer
    } catch (error) {
      last = error instanceof Error ? error.message : error
    }
    if (performance.now() > until) {
      const told = seen === undefined ? last : await seen().catch(String)
      throw new Error(
        `not within ${within / 1000} s: ${what}; seen last: ${JSON.stringify(told, null, 1)} (${String(last)})`,
      )
    }
    await pause(100)
  }
}
