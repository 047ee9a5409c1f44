import { labels } from '@orlop/api'
import type { Action } from '../../action.ts'
import { act } from '../../decision.ts'
import { type Instance, type Observation, type PodView, viewOf } from '../observation.ts'
import { behind, caughtUp, servingPrimary } from '../primary.ts'
import type { Step } from '../step.ts'

/**
 * Turns roles into labels, by which the Services choose. When the role moves it takes two passes: the label of a primary is
 * taken away before it is given to another, so that never two have it.
 */
export const labelRoles: Step = ({ seen }) => {
  const primary = servingPrimary(seen)
  const readers = seen.instances.filter((instance) => isReadable(instance, primary))
  const changes = seen.instances.flatMap((instance) => {
    const { pod } = instance
    if (!pod || pod.deleting) return []
    const reads = instance === primary ? readers.length === 0 : readers.includes(instance)
    return relabel(instance, pod, {
      [labels.role]: roleOf(instance, pod, seen),
      [labels.reads]: String(reads),
    })
  })
  const takes = changes.filter((change) => !change.gives)
  const moves = takes.some((change) => change.takes) && takes.length < changes.length
  return act(...(moves ? takes : changes).map((change) => change.action))
}

/** Attached and caught up. One that takes reads already stays while it is attached: a burst of writes must not empty the Service. */
function isReadable(instance: Instance, primary: Instance | undefined): boolean {
  const [from, own] = [viewOf(primary), viewOf(instance)]
  if (!from || !own || instance === primary) return false
  return instance.pod?.labels[labels.reads] === 'true' ? behind(from, own) !== undefined : caughtUp(from, own)
}

/** While nobody serves, a silent instance keeps its label: its readiness keeps clients away, and it may be back at once. */
function roleOf(instance: Instance, pod: PodView, seen: Observation): string {
  const primary = servingPrimary(seen)
  if (instance === primary) return 'primary'
  const silent = !primary && viewOf(instance) === undefined
  return (silent ? pod.labels[labels.role] : undefined) ?? 'replica'
}

interface Change {
  readonly action: Action
  readonly gives: boolean
  readonly takes: boolean
}

function relabel(instance: Instance, pod: PodView, wanted: Readonly<Record<string, string>>): Change[] {
  if (Object.entries(wanted).every(([key, value]) => pod.labels[key] === value)) return []
  const [before, after] = [pod.labels[labels.role], wanted[labels.role]]
  const action: Action = {
    do: 'label',
    instance: instance.name,
    uid: pod.uid,
    labels: wanted,
    reason: 'RoleLabelled',
    message: '',
  }
  return [
    {
      action,
      gives: after === 'primary' && before !== after,
      takes: before === 'primary' && before !== after,
    },
  ]
}
