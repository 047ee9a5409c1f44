import { act, nothing } from '../../decision.ts'
import { bindingAddress, bindingRevision, buildBindingSecret } from '../build/secrets.ts'
import type { Step } from '../step.ts'

export const keepBinding: Step = ({ redis, seen }) => {
  if (seen.auth.state !== 'present' && seen.auth.state !== 'disabled') return nothing
  const revision = seen.auth.state === 'present' ? seen.auth.revision : 'none'
  if (seen.binding?.metadata.annotations?.[bindingRevision] === revision) return nothing
  const secret = buildBindingSecret(redis, revision)
  return act({
    do: 'publishBinding',
    secret,
    address: bindingAddress(redis),
    reason: 'BindingWritten',
    message: '',
  })
}
