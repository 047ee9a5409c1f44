import { act, nothing, refuse, wait } from '../../decision.ts'
import { buildConfigMap } from '../build/config-map.ts'
import { viewOf } from '../observation.ts'
import { choosePrimary, type Verdict } from '../primary.ts'
import type { Step } from '../step.ts'

/**
 * First the record, then the server: an instance that starts between the two reads who it is going to be, and a pass that
 * is cut off after the first is finished by the next.
 */
export const electPrimary: Step = ({ redis, seen }) => {
  if (!seen.configMap) return nothing
  const verdict = choosePrimary(redis, seen)
  if (verdict.kind === 'wait') return wait(verdict.reason, verdict.message, 250)
  if (verdict.kind === 'refuse') return refuse(verdict.reason, verdict.message)
  if (verdict.kind === 'keep') return nothing

  if (verdict.name !== seen.record) {
    const configMap = buildConfigMap(redis, verdict.name, seen.configMap.metadata.resourceVersion)
    const message = whyRecorded(verdict, seen.record)
    return act({ do: 'recordPrimary', configMap, instance: verdict.name, reason: 'PrimaryChanged', message })
  }
  if (
    verdict.kind === 'promote' &&
    viewOf(seen.instances.find((i) => i.name === verdict.name))?.role !== 'primary'
  ) {
    return act({
      do: 'promote',
      instance: verdict.name,
      reason: 'Promoted',
      message: `Made ${verdict.name} the primary`,
    })
  }
  return nothing
}

/** The first primary of a cache is no news. */
function whyRecorded(verdict: Extract<Verdict, { name: string }>, before: string | undefined): string {
  if (before === undefined) return ''
  if (verdict.kind === 'promote') return `Chose ${verdict.name} as the primary: ${verdict.why}`
  return `${verdict.name} serves as the primary instead of ${before}`
}
