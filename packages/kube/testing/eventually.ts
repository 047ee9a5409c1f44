import { vi } from 'vitest'

/** Waits until `check` no longer throws, as long as a busy machine may need for it. */
export const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 60_000 })
