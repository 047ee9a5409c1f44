import { readFile } from 'node:fs/promises'
import { messageOf, NodeError } from '../node-error.ts'
import { type PodRuntime, timestamp } from '../pod/runtime.ts'
import type { Slot } from '../pod/slot.ts'
import type { Terminated } from '../pod/types.ts'
import type { Program } from '../program.ts'
import { Backoff, goDuration } from './backoff.ts'
import { carryOut, type HandlerTarget } from './handler.ts'
import { obtainImage } from './image.ts'
import { probe } from './prober.ts'
import { logFile, startSlot, terminationFile } from './start.ts'
import { stopSlot } from './stop.ts'
import { pause, show } from './waiting.ts'

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

/**
 * Runs a container as often as its policy says, and returns when it will not run again: it ended for good, or the pod is being deleted and it ended.
 * Each run is waited for, started, probed, and its end written into the slot's status.
 */
export async function keepRunning(runtime: PodRuntime, slot: Slot, policy: RestartPolicy): Promise<void> {
  const { clock, timing } = runtime.node
  const backoff = new Backoff(timing.restart)
  // It ended before this node began, and its policy leaves it at that.
  if (slot.status.state?.terminated) return
  for (;;) {
    const program = await obtainImage(runtime, slot)
    const startedAt = clock.now()
    if (!program || !(await started(runtime, slot, program))) return
    const end = slot.running ? await lifeOf(runtime, slot) : slot.status.state?.terminated
    if (
      runtime.stopping.aborted ||
      !end ||
      policy === 'Never' ||
      (policy === 'OnFailure' && end.exitCode === 0)
    )
      return
    if (!(await restartDelay(runtime, slot, end, backoff.after(clock.now() - startedAt)))) return
    slot.status = {
      ...slot.status,
      restartCount: slot.status.restartCount + 1,
      lastState: { terminated: end },
      state: { waiting: { reason: 'ContainerCreating' } },
    }
  }
}

/** Starts the slot; waits and tries again while the pod asks for what is not there. False when the pod is deleted meanwhile. */
async function started(runtime: PodRuntime, slot: Slot, program: Program): Promise<boolean> {
  const { node } = runtime
  const backoff = new Backoff({ ...node.timing.retry, resetAfter: Number.POSITIVE_INFINITY })
  backoff.after(0)
  while (!runtime.stopping.aborted) {
    try {
      await node.starts.run(() => startSlot(runtime, slot, program))
      node.event(runtime.pod().object, 'Normal', 'Created', `Created container: ${slot.container.name}`)
      node.event(runtime.pod().object, 'Normal', 'Started', `Started container ${slot.container.name}`)
      runtime.changed()
      return true
    } catch (error) {
      node.event(runtime.pod().object, 'Warning', 'Failed', `Error: ${messageOf(error)}`)
      if (error instanceof NodeError && error.code === 'StartError') {
        await recordEnd(
          runtime,
          slot,
          { exitCode: 128, reason: 'StartError', message: messageOf(error) },
          node.clock.now(),
        )
        return true
      }
      const reason =
        error instanceof NodeError && error.code === 'CreateContainerConfigError'
          ? error.code
          : 'CreateContainerError'
      show(runtime, slot, reason, messageOf(error))
      if (!(await pause(runtime, backoff.after(0)))) return false
    }
  }
  return false
}

/** One run of a container, from its start to its end. */
async function lifeOf(runtime: PodRuntime, slot: Slot): Promise<Terminated | undefined> {
  const running = slot.running
  if (!running) return undefined
  const { clock, event } = runtime.node
  const { container } = slot
  const over = new AbortController()
  const at: HandlerTarget = {
    container,
    process: running.process,
    ip: runtime.ip,
    from: runtime.node.address,
    netns: runtime.netns,
    clock,
  }
  const tell = (change: { started?: boolean; ready?: boolean }): void => {
    if (over.signal.aborted) return
    slot.status = { ...slot.status, ...change }
    runtime.changed()
  }
  const kill = async (why: string, grace?: number): Promise<void> => {
    event(runtime.pod().object, 'Normal', 'Killing', why)
    await stopSlot(runtime, slot, grace ?? graceOf(runtime))
  }
  const probing = probe({
    container,
    clock,
    signal: over.signal,
    stopping: runtime.stopping,
    async check(p, timeout, signal) {
      await runtime.node.awake.passed(signal)
      const outcome = await carryOut(p, at, timeout, signal)
      // What came out of it while time stood still says nothing.
      if (runtime.node.awake.isOpen) return outcome
      await runtime.node.awake.passed(signal)
      return carryOut(p, at, timeout, signal)
    },
    started: () => tell({ started: true }),
    ready: (ready) => tell({ ready }),
    unhealthy(kind, message) {
      if (over.signal.aborted) return
      const title = `${kind[0]?.toUpperCase()}${kind.slice(1)}`
      event(runtime.pod().object, 'Warning', 'Unhealthy', `${title} probe failed: ${message}`)
    },
    fatal(kind) {
      const { terminationGracePeriodSeconds: grace } = container[`${kind}Probe`] ?? {}
      void kill(`Container ${container.name} failed ${kind} probe, will be restarted`, grace)
    },
  })
  const hook = container.lifecycle?.postStart
  const hooking =
    hook &&
    carryOut(hook, at, 600_000, over.signal).then(async (outcome) => {
      if (outcome.ok || over.signal.aborted) return
      event(
        runtime.pod().object,
        'Warning',
        'FailedPostStartHook',
        `PostStartHook failed: ${outcome.message}`,
      )
      await kill('FailedPostStartHook')
    })
  // Deleted while it was being started: nobody else saw that it runs.
  if (runtime.stopping.aborted) void stopSlot(runtime, slot, graceOf(runtime))
  const exit = await running.process.exited
  const endedAt = clock.now()
  over.abort()
  running.log.close()
  slot.running = undefined
  const outOfMemory = (await running.group.killed()) === true
  await running.group.remove()
  const message = await lastWords(runtime, slot, exit.code)
  const startError = exit.code === 1 && /^bwrap: /.test(message.log ?? '')
  const reason = exit.code === 0 ? 'Completed' : outOfMemory ? 'OOMKilled' : 'Error'
  const end = startError
    ? { exitCode: 128, reason: 'StartError', message: message.log ?? '' }
    : { exitCode: exit.code, reason, ...(message.text && { message: message.text }) }
  const recorded = await recordEnd(runtime, slot, end, running.startedAt, endedAt)
  await Promise.all([probing, hooking])
  return recorded
}

/** What the program left as its message, and the beginning of its last line when it failed to start. */
async function lastWords(
  runtime: PodRuntime,
  slot: Slot,
  code: number,
): Promise<{ text?: string; log?: string }> {
  const written = await readFile(terminationFile(runtime.folder, slot.container.name), 'utf8').catch(() => '')
  if (code === 0) return written ? { text: written.slice(0, 4096) } : {}
  const records = await readFile(
    logFile(runtime.folder, slot.container.name, slot.status.restartCount),
    'utf8',
  ).catch(() => '')
  const lines = records
    .trimEnd()
    .split('\n')
    .slice(-80)
    .map((record) => record.split(' ').slice(3).join(' '))
  const wanted =
    written === '' && slot.container.terminationMessagePolicy === 'FallbackToLogsOnError'
      ? lines.join('\n').slice(-2048)
      : written
  return { ...(wanted && { text: wanted.slice(0, 4096) }), log: lines.at(-1) ?? '' }
}

async function recordEnd(
  runtime: PodRuntime,
  slot: Slot,
  end: Pick<Terminated, 'exitCode' | 'reason' | 'message'>,
  startedAt: number,
  endedAt = startedAt,
): Promise<Terminated> {
  const terminated: Terminated = {
    ...end,
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(endedAt),
    ...(slot.status.containerID && { containerID: slot.status.containerID }),
  }
  // An init container that did its work counts as ready, as the kubelet has it.
  slot.status = {
    ...slot.status,
    ready: slot.kind === 'init' && end.exitCode === 0,
    started: false,
    state: { terminated },
  }
  runtime.changed()
  return terminated
}

/** Waits before a restart, as CrashLoopBackOff when there is anything to wait. False when the pod is deleted meanwhile. */
async function restartDelay(
  runtime: PodRuntime,
  slot: Slot,
  end: Terminated,
  delay: number,
): Promise<boolean> {
  if (delay <= 0) return true
  const pod = runtime.pod()
  const who = `${slot.container.name} in pod ${pod.name}_${pod.namespace}(${pod.uid})`
  slot.status = { ...slot.status, lastState: { terminated: end } }
  show(
    runtime,
    slot,
    'CrashLoopBackOff',
    `back-off ${goDuration(delay)} restarting failed container=${slot.container.name} pod=${pod.name}_${pod.namespace}(${pod.uid})`,
  )
  runtime.node.event(pod.object, 'Warning', 'BackOff', `Back-off restarting failed container ${who}`)
  return pause(runtime, delay)
}

/** Seconds a container is given to end by itself. */
function graceOf(runtime: PodRuntime): number {
  return runtime.pod().spec.terminationGracePeriodSeconds ?? 30
}
