import { act, type Check, chain, type Decision, nothing, wait } from '../../decision.ts'
import { buildPodTemplate, podHashAnnotation, podPartsAnnotation } from '../build/stateful-set.ts'
import type { Instance, PodView } from '../observation.ts'
import { viewOf } from '../observation.ts'
import { behind, bytesText, caughtUp, servingPrimary } from '../primary.ts'
import type { Step, StepInput } from '../step.ts'
import { planSwitchover } from '../switchover.ts'

interface Restart extends StepInput {
  readonly instance: Instance
}

const anotherIsMissing: Check<Restart> = ({ redis, seen, instance }) => {
  const absent = seen.instances.find(
    (i) => i !== instance && i.ordinal < redis.spec.instances && (!i.pod || i.pod.deleting || !i.answer.ok),
  )
  const why = absent?.pod?.trouble === undefined ? '' : ` (${absent.pod.trouble})`
  return (
    absent && {
      reason: 'InstanceMissing',
      message: `Waiting for ${absent.name}${why} before ${instance.name} restarts`,
    }
  )
}

const aReplicaIsBehind: Check<Restart> = ({ seen, instance }) => {
  const primary = servingPrimary(seen)
  const from = viewOf(primary)
  if (!primary || !from)
    return { reason: 'PrimaryUnreachable', message: 'Waiting for a primary before the restart' }
  for (const other of seen.instances) {
    const view = viewOf(other)
    if (!view || other === primary || other === instance || caughtUp(from, view)) continue
    const bytes = behind(from, view)
    const state = bytes === undefined ? 'not attached to' : `${bytesText(bytes)} behind`
    return { reason: 'ReplicaBehind', message: `${other.name} is ${state} ${primary.name}` }
  }
  return undefined
}

/** Whether one more instance may be taken down now. */
export const mayRestart: Check<Restart> = chain(anotherIsMissing, aReplicaIsBehind)

/**
 * One that cannot run as it was built protects nothing: it is replaced at once, so that a failed change can be undone. Before anybody
 * waits for it: it may be the primary.
 */
export const replaceBroken: Step = ({ redis, seen }) => {
  const broken = outdatedOf({ redis, seen }).find(
    (i) => !i.answer.ok && (i.pod?.trouble !== undefined || i.pod?.running === false),
  )
  return broken?.pod ? restart(redis, broken, broken.pod) : nothing
}

/** Replicas first, one at a time; then the primary hands over; then the old primary. */
export const restartOutdated: Step = ({ redis, seen }) => {
  const outdated = outdatedOf({ redis, seen })
  if (outdated.length === 0) return nothing
  const primary = servingPrimary(seen)
  const next = [...outdated].reverse().find((i) => i !== primary) ?? primary
  if (!next?.pod)
    return wait('PrimaryUnreachable', 'Waiting for a primary before outdated instances restart', 500)
  const objection = mayRestart({ redis, seen, instance: next })
  if (objection) return wait(objection.reason, objection.message, 500)
  if (next !== primary || redis.spec.instances === 1) return restart(redis, next, next.pod)
  return planSwitchover({ redis, seen }, next, (i) => i.ordinal < redis.spec.instances, 'BeforeRestart')
}

function outdatedOf({ redis, seen }: StepInput): Instance[] {
  const hash = buildPodTemplate(redis).metadata?.annotations?.[podHashAnnotation]
  return seen.instances.filter((i) => i.pod && !i.pod.deleting && i.pod.hash !== hash)
}

function restart(redis: StepInput['redis'], { name }: Instance, pod: PodView): Decision {
  const parts = buildPodTemplate(redis).metadata?.annotations?.[podPartsAnnotation] ?? ''
  const { reason, message } = whyOutdated(pod, parts)
  return act({
    do: 'restart',
    instance: name,
    uid: pod.uid,
    resourceVersion: pod.resourceVersion,
    reason,
    message: `Restarted ${name}: ${message}`,
  })
}

const reasons: Readonly<Record<string, { reason: string; message: string }>> = {
  image: { reason: 'ImageChanged', message: 'its image changed' },
  config: { reason: 'ConfigChanged', message: 'a directive that takes a restart changed' },
  resources: { reason: 'ResourcesChanged', message: 'its resources changed' },
  pod: { reason: 'PodChanged', message: 'its pod settings changed' },
}

/** Which part of what the pod was built from is different now; the first one names the reason. */
export function whyOutdated(pod: PodView, wanted: string): { reason: string; message: string } {
  const before = new Set((pod.parts ?? '').split(','))
  const changed = wanted.split(',').find((part) => !before.has(part))
  return (
    reasons[changed?.split('=')[0] ?? ''] ?? {
      reason: 'TemplateChanged',
      message: 'its pod template changed',
    }
  )
}
