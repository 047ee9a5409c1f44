import { act, nothing, wait } from '../../decision.ts'
import { buildStatefulSet } from '../build/stateful-set.ts'
import { servingPrimary } from '../primary.ts'
import type { Step } from '../step.ts'
import { planSwitchover } from '../switchover.ts'

/** Highest ordinal first; a primary among those that go hands over before. */
export const scaleIn: Step = ({ redis, seen }) => {
  const have = seen.statefulSet?.spec?.replicas ?? 0
  const wanted = redis.spec.instances
  if (have <= wanted) return nothing
  const primary = servingPrimary(seen)
  if (!primary)
    return wait('PrimaryUnreachable', `Waiting for a primary before scaling in to ${wanted} instances`)
  if (primary.ordinal >= wanted) {
    return planSwitchover({ redis, seen }, primary, (candidate) => candidate.ordinal < wanted, 'ScaleIn')
  }
  const size = seen.statefulSet?.spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.['storage']
  const statefulSet = buildStatefulSet(redis, wanted, size)
  const resourceVersion = seen.statefulSet?.metadata.resourceVersion
  const seenAt = resourceVersion === undefined ? {} : { resourceVersion }
  return act({
    do: 'scaleIn',
    statefulSet: { ...statefulSet, metadata: { ...statefulSet.metadata, ...seenAt } },
    generation: redis.metadata.generation ?? 0,
    reason: 'ScaledIn',
    message: `Scaled in from ${have} to ${wanted} instances`,
  })
}
