import { labels } from '@orlop/api'
import type { Action } from '../../action.ts'
import { act } from '../../decision.ts'
import type { Instance } from '../observation.ts'
import { viewOf } from '../observation.ts'
import { behind, caughtUp, servingPrimary } from '../primary.ts'
import type { Step } from '../step.ts'

/**
 * Turns roles into labels, by which the Services choose. The label of a primary is taken away before it is given to
 * another; a primary that is silent keeps it, as its readiness already keeps clients away.
 */
export const labelRoles: Step = ({ seen }) => {
  const primary = servingPrimary(seen)
  const view = viewOf(primary)
  const silent = primary === undefined
  const readable = (instance: Instance): boolean => {
    const own = viewOf(instance)
    if (!view || !own || instance === primary) return false
    // One that reads already stays while it is attached: a burst of writes must not empty the Service.
    const reads = instance.pod?.labels[labels.reads] === 'true'
    return reads ? behind(view, own) !== undefined : caughtUp(view, own)
  }
  const anyReplicaReads = seen.instances.some(readable)
  const changes = seen.instances.flatMap((instance): Action[] => {
    const { pod } = instance
    if (!pod || pod.deleting) return []
    const before = pod.labels
    const role =
      instance === primary
        ? 'primary'
        : silent && viewOf(instance) === undefined && before[labels.role] !== undefined
          ? before[labels.role]
          : 'replica'
    const reads = String(instance === primary ? !anyReplicaReads : readable(instance))
    const wanted: Record<string, string> = { [labels.role]: role ?? 'replica', [labels.reads]: reads }
    if (Object.entries(wanted).every(([key, value]) => before[key] === value)) return []
    return [
      {
        do: 'label',
        instance: instance.name,
        uid: pod.uid,
        labels: wanted,
        reason: 'RoleLabelled',
        message: '',
      },
    ]
  })
  const takesAway = (action: Action): boolean =>
    action.do === 'label' && action.labels[labels.role] !== 'primary'
  const givesPrimary = changes.filter((action) => !takesAway(action))
  const losesPrimary = changes.filter(
    (action) =>
      action.do === 'label' &&
      takesAway(action) &&
      seen.instances.find((i) => i.name === action.instance)?.pod?.labels[labels.role] === 'primary',
  )
  // Two passes when the role moves: never two pods with the label at once.
  if (losesPrimary.length > 0 && givesPrimary.length > 0) return act(...changes.filter(takesAway))
  return act(...changes)
}
