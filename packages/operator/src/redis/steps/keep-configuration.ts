import { act, nothing } from '../../decision.ts'
import { buildConfigMap } from '../build/config-map.ts'
import { isCurrent } from '../current.ts'
import type { Step } from '../step.ts'

export const keepConfiguration: Step = ({ redis, seen }) => {
  const wanted = buildConfigMap(redis, seen.record, undefined)
  if (isCurrent(seen.configMap, wanted)) return nothing
  const object = buildConfigMap(redis, seen.record, seen.configMap?.metadata.resourceVersion)
  return act({ do: 'apply', object, reason: 'ConfigurationWritten', message: '' })
}
