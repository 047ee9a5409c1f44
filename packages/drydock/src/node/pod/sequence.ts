import { keepRunning, type RestartPolicy } from '../container/keep.ts'
import type { PodRuntime } from './runtime.ts'
import type { Slot } from './slot.ts'
import type { PlacedPod } from './types.ts'

/**
 * Runs a pod's containers in their order: init containers one by one, each sidecar from its turn on, then all others beside each other.
 * `mainsOver` is called when those have ended for good; resolves when the sidecars have ended too. `change` resolves at the next change.
 */
export async function runContainers(
  runtime: PodRuntime,
  slots: readonly Slot[],
  change: () => Promise<void>,
  mainsOver: () => void,
): Promise<void> {
  const policy = policyOf(runtime.pod())
  const sidecars: Promise<void>[] = []
  for (const slot of slots) {
    if (runtime.stopping.aborted || slot.kind === 'main') break
    if (slot.kind === 'sidecar') {
      sidecars.push(keepRunning(runtime, slot, 'Always'))
      while (!slot.status.started && !runtime.stopping.aborted) await change()
    } else {
      await keepRunning(runtime, slot, policy === 'Never' ? 'Never' : 'OnFailure')
      if (slot.status.state?.terminated?.exitCode !== 0) break
    }
  }
  const initialized = slots.every((s) => s.kind !== 'init' || s.status.state?.terminated?.exitCode === 0)
  if (initialized && !runtime.stopping.aborted) {
    await Promise.all(slots.filter((s) => s.kind === 'main').map((s) => keepRunning(runtime, s, policy)))
  }
  mainsOver()
  await Promise.all(sidecars)
}

function policyOf(pod: PlacedPod): RestartPolicy {
  const policy = pod.spec.restartPolicy
  return policy === 'Never' || policy === 'OnFailure' ? policy : 'Always'
}
