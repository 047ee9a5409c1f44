/** What a test wants to tell beside that it passed: the gaps of its writers. Printed at the end, beside the durations. */
import type { TestContext } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    notes?: string[]
  }
}

export function note(context: Pick<TestContext, 'task'>, text: string): void {
  context.task.meta.notes = [...(context.task.meta.notes ?? []), text]
}
