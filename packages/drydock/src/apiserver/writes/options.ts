import type { ResourceRequest } from '../request/resource-request.ts'
import { badRequest } from '../status.ts'

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
  return {
    dryRun: dryRun.includes('All'),
    manager:
      request.query.get('fieldManager') || (request.userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown',
    subresource: request.subresource,
  }
}
