import { setTimeout as wait } from 'node:timers/promises'

/** Asks again every few milliseconds until the condition holds; throws after `timeout` milliseconds. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  timeout = 60_000,
): Promise<void> {
  const signal = AbortSignal.timeout(timeout)
  while (!(await condition())) await wait(20, undefined, { signal })
}
