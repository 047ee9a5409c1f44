import { directives, normalise } from '@orlop/redis'
import type { Action } from '../../action.ts'
import { act } from '../../decision.ts'
import { liveDirectives } from '../build/config.ts'
import { viewOf } from '../observation.ts'
import type { Step } from '../step.ts'

/** Sets on every server what can be set while it runs, so that no restart is needed. */
export const applyLiveConfiguration: Step = ({ redis, seen }) => {
  const wanted = liveDirectives(redis)
  const known = directives(redis.spec.engine, redis.spec.version)
  const actions = seen.instances.flatMap((instance): Action[] => {
    const view = viewOf(instance)
    if (!view) return []
    const changed = Object.entries(wanted).filter(([name, value]) => {
      const directive = known.get(name)
      const actual = view.config[name]
      // A server of another version than asked for may not know a directive: nothing to set then.
      return directive !== undefined && actual !== undefined && normalise(directive, actual) !== value
    })
    if (changed.length === 0) return []
    return [
      {
        do: 'setConfig',
        instance: instance.name,
        directives: Object.fromEntries(changed),
        reason: 'ConfigurationChanged',
        message: `Set ${changed.map(([name, value]) => `${name} ${value === '' ? '""' : value}`).join(', ')} on ${instance.name}`,
      },
    ]
  })
  return act(...actions)
}
