import { capacity, notYetSupported, parseQuantity } from '@orlop/api'
import { checkConfig } from '@orlop/redis'
import { nothing, refuse } from '../../decision.ts'
import { ownedDirectives } from '../build/config.ts'
import { authSecretName } from '../build/names.ts'
import { passwordSecretOf } from '../build/stateful-set.ts'
import type { Step, StepInput } from '../step.ts'

/** The spec against itself, against the engine's version, and against what runs. Every problem is named, not only the first. */
export const refuseWhatCannotWork: Step = (input) => {
  const { redis, seen } = input
  const unsupported = notYetSupported(redis)
  if (unsupported.length > 0) {
    return refuse(
      'NotYetSupported',
      list(unsupported.map((p) => `${p.field} is ${JSON.stringify(p.value)}: ${p.remedy}`)),
    )
  }
  const { problems } = capacity(redis)
  if (problems.length > 0)
    return refuse('NotEnoughMemory', list(problems.map((p) => `${p.field} is ${p.value}: ${p.message}`)))

  const directives = checkConfig(redis.spec.engine, redis.spec.version, redis.spec.config, ownedDirectives)
  const [worst] = directives
  if (worst) return refuse(worst.code, list(directives.map((p) => `${p.message}; ${p.remedy}`)))

  if (seen.auth.state === 'missing' && (redis.spec.auth.secretName !== '' || seen.statefulSet)) {
    return refuse(
      'SecretMissing',
      redis.spec.auth.secretName === ''
        ? `Secret ${seen.auth.secret} was deleted, and the servers still want its password; create it again with the key password`
        : `spec.auth.secretName is "${seen.auth.secret}", and there is no such Secret in this namespace; create it with the key password, or leave secretName out to have one made`,
    )
  }
  if (seen.auth.state === 'invalid') return refuse('SecretInvalid', seen.auth.message)
  const changed = changedForGood(input)
  return changed.kind === 'nothing' ? volumesThatCannotGrow(input) : changed
}

/** What cannot change once there are instances. */
function changedForGood({ redis, seen }: StepInput): ReturnType<Step> {
  if (!seen.statefulSet) return nothing
  const [used, wanted] = [
    passwordSecretOf(seen.statefulSet),
    redis.spec.auth.disabled ? undefined : authSecretName(redis),
  ]
  if (used !== wanted) {
    const made = used === undefined ? 'without a password' : `with the password of Secret ${used}`
    return refuse(
      'AuthIsFixed',
      `spec.auth asks for ${wanted === undefined ? 'no password' : `the password of Secret ${wanted}`}, but the instances were made ${made}, and Orlop cannot change that yet; put spec.auth back, or make a new cache and move the data`,
    )
  }
  const hasVolumes = (seen.statefulSet.spec?.volumeClaimTemplates ?? []).length > 0
  const wantsVolumes = redis.spec.persistence.mode !== 'none'
  if (hasVolumes === wantsVolumes) return nothing
  return refuse(
    'PersistenceIsFixed',
    `spec.persistence.mode is ${redis.spec.persistence.mode}, but the instances were made ${hasVolumes ? 'with' : 'without'} volumes, and a StatefulSet cannot change that; make a new cache and move the data`,
  )
}

/**
 * The API server lets a size only grow, as it does not know whether the class can; so the way back is to leave it out.
 */
function volumesThatCannotGrow({ redis, seen }: StepInput): ReturnType<Step> {
  const { mode, storage } = redis.spec.persistence
  const wanted = mode === 'none' ? 0 : (parseQuantity(storage.size) ?? 0)
  const stuck = seen.instances.flatMap((i) =>
    i.claim && !i.claim.expandable && (parseQuantity(i.claim.requested) ?? 0) < wanted ? [i.claim] : [],
  )[0]
  if (!stuck) return nothing
  return refuse(
    'VolumeCannotGrow',
    `spec.persistence.storage.size is ${storage.size}, but ${stuck.name} has ${stuck.requested} and its storage class ${stuck.storageClass ?? '(none)'} cannot expand volumes; leave size out of the resource (then it may say ${stuck.requested} again), or move the data to a cache with another class`,
  )
}

function list(messages: readonly string[]): string {
  return [...messages].sort().join('; ')
}
