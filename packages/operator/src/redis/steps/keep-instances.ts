import type { Action } from '../../action.ts'
import { act } from '../../decision.ts'
import { buildBudget } from '../build/budget.ts'
import { buildStatefulSet } from '../build/stateful-set.ts'
import { isCurrent } from '../current.ts'
import type { Step } from '../step.ts'

/** The StatefulSet as wanted, but never fewer instances than there are: taking one away has a step of its own. */
export const keepInstances: Step = ({ redis, seen }) => {
  const have = seen.statefulSet?.spec?.replicas ?? 0
  const replicas = Math.max(have, redis.spec.instances)
  const statefulSet = buildStatefulSet(redis, replicas, liveClaimSize(seen.statefulSet))
  const budget = buildBudget(redis)
  const actions: Action[] = []
  if (!isCurrent(seen.statefulSet, statefulSet)) {
    const scaled = seen.statefulSet !== undefined && replicas > have
    actions.push({
      do: 'apply',
      object: statefulSet,
      reason: scaled ? 'ScaledOut' : 'InstancesWritten',
      message: scaled ? `Scaled out from ${have} to ${replicas} instances` : '',
    })
  }
  if (!isCurrent(seen.budget, budget))
    actions.push({ do: 'apply', object: budget, reason: 'BudgetWritten', message: '' })
  return act(...actions)
}

function liveClaimSize(live: Parameters<Step>[0]['seen']['statefulSet']): string | undefined {
  const requests = live?.spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests
  return requests?.['storage']
}
