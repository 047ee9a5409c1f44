import { act, nothing } from '../../decision.ts'
import { buildAuthSecret } from '../build/secrets.ts'
import type { Step } from '../step.ts'

/** Makes the password once. A Secret that is missing later is not replaced: the servers still have the old password. */
export const keepPassword: Step = ({ redis, seen }) => {
  if (seen.auth.state !== 'missing' || redis.spec.auth.secretName !== '' || seen.statefulSet) return nothing
  const secret = buildAuthSecret(redis)
  return act({
    do: 'createPassword',
    secret,
    reason: 'PasswordCreated',
    message: `Created Secret ${secret.metadata.name} with a generated password`,
  })
}
