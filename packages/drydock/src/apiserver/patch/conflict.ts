import { ApiError, type Cause } from '../status.ts'
import { type FieldSet, paths, printPath } from './field-set.ts'
import type { Manager } from './managers.ts'

/** A field that an apply would change although another manager owns it. */
export interface Conflict {
  readonly manager: Manager
  readonly path: readonly string[]
}

export function conflictsWith(manager: Manager, fields: FieldSet): Conflict[] {
  return paths(fields).map((path) => ({ manager, path }))
}

/** The manager as messages name it: `"kubectl-client-side-apply" using apps/v1`. */
function describe({ name, subresource, operation, apiVersion }: Manager): string {
  const within = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`
  const using = operation === 'Update' ? ` using ${apiVersion}` : ''
  return `${JSON.stringify(name)}${within}${using}`
}

export function conflictCauses(conflicts: readonly Conflict[]): Cause[] {
  return conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describe(manager)}`,
    field: printPath(path),
  }))
}

export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [only] = conflicts
  if (only !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${describe(only.manager)}: ${printPath(only.path)}`
  }
  const byManager = new Map<string, string[]>()
  for (const { manager, path } of conflicts) {
    const name = describe(manager)
    byManager.set(name, [...(byManager.get(name) ?? []), `- ${printPath(path)}`])
  }
  const lines = [...byManager.keys()]
    .sort()
    .flatMap((name) => [`conflicts with ${name}:`, ...(byManager.get(name) ?? [])])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

/** The answer to an apply that conflicts: 409, a cause for each field. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  return new ApiError(409, 'Conflict', conflictMessage(conflicts), { causes: conflictCauses(conflicts) })
}
