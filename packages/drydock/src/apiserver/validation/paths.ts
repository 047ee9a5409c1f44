import { invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

/** A path that does not go up. */
export function noWayUp(path: string, field: string): Cause[] {
  return path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : []
}

/** A path inside of something. */
export function descendingPath(path: string, field: string): Cause[] {
  return [
    ...(path.startsWith('/') ? [invalid(field, path, 'must be a relative path')] : []),
    ...noWayUp(path, field),
  ]
}
