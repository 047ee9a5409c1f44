/** A container that waits: what its status says of it, and the waiting itself. */
import type { PodRuntime } from '../pod/runtime.ts'
import type { Slot } from '../pod/slot.ts'

export function show(runtime: PodRuntime, slot: Slot, reason: string, message: string): void {
  slot.status = { ...slot.status, ready: false, started: false, state: { waiting: { reason, message } } }
  runtime.changed()
}

/** False when the pod is deleted meanwhile. */
export async function pause(runtime: PodRuntime, milliseconds: number): Promise<boolean> {
  await runtime.node.clock.sleep(milliseconds, runtime.stopping).catch(() => {})
  return !runtime.stopping.aborted
}
