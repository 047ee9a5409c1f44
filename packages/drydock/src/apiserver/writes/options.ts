import type { ResourceRequest } from '../request/resource-request.ts'
import { notSupported } from '../schema/field-error.ts'
import { badRequest, invalid } from '../status.ts'

const modes: readonly string[] = ['', 'Ignore', 'Strict', 'Warn']

/** How one write is to be done. */
export interface WriteOptions {
  readonly dryRun: boolean
  /** Who is recorded in `managedFields`. */
  readonly manager: string
  /** '' for the object itself. */
  readonly subresource: string
}

/** Throws BadRequest for a dryRun other than All. */
export function writeOptions(request: ResourceRequest): WriteOptions {
  const dryRun = request.query.getAll('dryRun')
  if (dryRun.some((value) => value !== 'All' && value !== '')) {
    throw badRequest(`Invalid value: ${JSON.stringify(dryRun)}: supported values: "All"`)
  }
  const mode = request.query.get('fieldValidation') ?? ''
  if (!modes.includes(mode)) {
    const asked = { create: 'CreateOptions', patch: 'PatchOptions' }[String(request.verb)] ?? 'UpdateOptions'
    const cause = notSupported('fieldValidation', mode, modes)
    throw invalid({ group: 'meta.k8s.io', plural: '', kind: asked }, '', [cause])
  }
  return {
    dryRun: dryRun.includes('All'),
    manager:
      request.query.get('fieldManager') || (request.userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown',
    subresource: request.subresource,
  }
}
