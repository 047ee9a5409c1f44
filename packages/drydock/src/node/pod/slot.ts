import type { LimitGroup } from '../container/cgroup.ts'
import type { ContainerProcess } from '../container/process.ts'
import type { LogStream } from '../logs/line.ts'
import type { LogWriter } from '../logs/writer.ts'
import type { Container, ContainerStatus, PlacedPod, Terminated } from './types.ts'

/** How a container takes part: in order before the others, beside them from then on, or as one of them. */
export type SlotKind = 'init' | 'sidecar' | 'main'

/** A container of a pod: what its status says, and its process while there is one. */
export interface Slot {
  container: Container
  readonly kind: SlotKind
  status: ContainerStatus
  running?: Running | undefined
}

/** Whoever is attached to a container: told of all that it says, as it says it. */
export type Tap = (stream: LogStream, data: Buffer) => void

/** One run of a container while it lasts. */
export interface Running {
  readonly process: ContainerProcess
  readonly startedAt: number
  readonly log: LogWriter
  readonly taps: Set<Tap>
  /** Where it is limited. */
  readonly group: LimitGroup
  /** Its ending, once that was begun. */
  ending?: Promise<void>
}

/** The slots of a pod, init containers first. What ran before this node began is taken over from the status: its processes are gone. */
export function slotsOf(pod: PlacedPod, now: string): readonly Slot[] {
  const waiting = (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating'
  const before = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])]
  const slot = (container: Container, kind: SlotKind): Slot => ({
    container,
    kind,
    status: takeOver(
      container,
      kind === 'sidecar' ? 'Always' : (pod.spec.restartPolicy ?? 'Always'),
      before.find((s) => s.name === container.name),
      kind === 'main' ? waiting : 'PodInitializing',
      now,
    ),
  })
  return [
    ...(pod.spec.initContainers ?? []).map((c) => slot(c, c.restartPolicy === 'Always' ? 'sidecar' : 'init')),
    ...pod.spec.containers.map((c) => slot(c, 'main')),
  ]
}

function takeOver(
  container: Container,
  policy: string,
  before: ContainerStatus | undefined,
  reason: string,
  now: string,
): ContainerStatus {
  const fresh: ContainerStatus = {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason } },
    lastState: {},
  }
  if (!before?.containerID) return fresh
  const terminated =
    before.state?.terminated ?? (before.state?.waiting && before.lastState?.terminated) ?? lost(before, now)
  const stays = policy === 'Never' || (policy === 'OnFailure' && before.state?.terminated?.exitCode === 0)
  if (stays) return { ...before, ready: false, started: false, state: { terminated } }
  return {
    ...fresh,
    restartCount: before.restartCount + 1,
    lastState: { terminated },
    imageID: before.imageID,
  }
}

/** A container whose end nobody saw. */
function lost(before: ContainerStatus, now: string): Terminated {
  return {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the node started',
    finishedAt: now,
    ...(before.state?.running?.startedAt && { startedAt: before.state.running.startedAt }),
    ...(before.containerID && { containerID: before.containerID }),
  }
}
