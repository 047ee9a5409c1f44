import type { Action } from '../../action.ts'
import { act } from '../../decision.ts'
import { buildServices } from '../build/services.ts'
import { isCurrent } from '../current.ts'
import type { Step } from '../step.ts'

export const keepServices: Step = ({ redis, seen }) =>
  act(
    ...buildServices(redis)
      .filter((service) => !isCurrent(seen.services[service.metadata.name], service))
      .map((object): Action => ({ do: 'apply', object, reason: 'ServiceWritten', message: '' })),
  )
