import { isTrue, type ResourceRequest } from '../request/resource-request.ts'
import { forbidden, invalid as invalidValue, notSupported, required, tooLong } from '../schema/field-error.ts'
import { type ApiError, type Cause, invalid } from '../status.ts'

/** How one write is to be done. */
export interface WriteOptions {
  readonly dryRun: boolean
  /** Who is recorded in `managedFields`. */
  readonly manager: string
  /** '' for the object itself. */
  readonly subresource: string
}

const modes: readonly string[] = ['', 'Ignore', 'Strict', 'Warn']
const managerLimit = 128
const asked: Readonly<Record<string, string>> = { create: 'CreateOptions', patch: 'PatchOptions' }

/**
 * Reads and checks the query of a create, update or patch.
 * Rules: k8s.io/apimachinery pkg/apis/meta/v1/validation. Throws Invalid.
 */
export function writeOptions(request: ResourceRequest): WriteOptions {
  const { query, verb, userAgent, subresource } = request
  const manager = query.get('fieldManager') ?? ''
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  const mode = query.get('fieldValidation') ?? ''
  const causes = [
    ...(verb === 'patch' ? patchFaults(request, manager) : []),
    ...managerFaults(manager),
    ...dryRunFaults(dryRun),
    ...(modes.includes(mode) ? [] : [notSupported('fieldValidation', mode, modes)]),
  ]
  if (causes.length > 0) throw optionsInvalid(asked[verb] ?? 'UpdateOptions', causes)
  return {
    dryRun: dryRun.includes('All'),
    manager: manager || (userAgent.split('/')[0] ?? '').slice(0, managerLimit) || 'unknown',
    subresource,
  }
}

/** The refusal of options, by the name of their kind. */
export function optionsInvalid(kind: string, causes: readonly Cause[]): ApiError {
  return invalid({ group: 'meta.k8s.io', plural: '', kind }, '', causes)
}

export function dryRunFaults(dryRun: readonly string[]): Cause[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])]
}

function patchFaults({ query, contentType }: ResourceRequest, manager: string): Cause[] {
  if (contentType === 'application/apply-patch+yaml')
    return manager === '' ? [required('fieldManager', 'is required for apply patch')] : []
  return query.get('force') === null ? [] : [forbidden('force', 'may not be specified for non-apply patch')]
}

function managerFaults(manager: string): Cause[] {
  const long = Buffer.byteLength(manager) > managerLimit ? [tooLong('fieldManager', managerLimit)] : []
  const at = [...manager].findIndex((character) => /[\p{C}\p{Zl}\p{Zp}]/u.test(character))
  if (at === -1) return long
  const code = ([...manager][at]?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return [...long, invalidValue('fieldManager', manager, `invalid character U+${code} (at position ${at})`)]
}

/** `force` of an apply: takes over what others own. */
export function isForced({ query }: ResourceRequest): boolean {
  return isTrue(query.get('force') ?? 'false')
}
