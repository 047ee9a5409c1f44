import type { PodRuntime } from '../pod/runtime.ts'
import type { Running, Slot } from '../pod/slot.ts'
import { carryOut } from './handler.ts'

/**
 * Ends a container as Kubernetes does: preStop hook, SIGTERM to its first process, SIGKILL when `seconds` are over or the pod's `hurry` is aborted.
 * Returns when it is gone. May be called again while it goes on.
 */
export function stopSlot(runtime: PodRuntime, slot: Slot, seconds: number): Promise<void> {
  const running = slot.running
  if (!running) return Promise.resolve()
  running.ending ??= end(runtime, slot, running, seconds)
  return running.ending
}

async function end(runtime: PodRuntime, slot: Slot, { process }: Running, seconds: number): Promise<void> {
  const { clock, event } = runtime.node
  const over = new AbortController()
  void process.exited.then(() => over.abort())
  const deadline = clock.now() + seconds * 1000
  const impatient = AbortSignal.any([over.signal, runtime.hurry])
  const hook = slot.container.lifecycle?.preStop
  if (hook && seconds > 0) {
    const { ip, netns, node } = runtime
    const at = { container: slot.container, process, ip, from: node.address, netns, clock }
    const outcome = await carryOut(
      hook,
      at,
      seconds * 1000,
      AbortSignal.any([impatient, timeUp(runtime, seconds * 1000, over.signal)]),
    )
    if (!outcome.ok && !over.signal.aborted)
      event(runtime.pod().object, 'Warning', 'FailedPreStopHook', `PreStopHook failed: ${outcome.message}`)
  }
  process.signal('SIGTERM')
  // A hook that used up the time leaves the program two seconds, as in the kubelet.
  const left = Math.max(deadline - clock.now(), hook ? 2000 : 0)
  await clock.sleep(left, impatient).catch(() => {})
  process.signal('SIGKILL')
  await process.exited
}

/** A signal that is aborted after so many milliseconds, or with `cancel`. */
function timeUp(runtime: PodRuntime, milliseconds: number, cancel: AbortSignal): AbortSignal {
  const controller = new AbortController()
  void runtime.node.clock.sleep(milliseconds, cancel).then(
    () => controller.abort(),
    () => controller.abort(),
  )
  return controller.signal
}
