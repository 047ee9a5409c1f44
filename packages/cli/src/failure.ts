/** Errors as a person reads them: what happened, and what to do. */

import { ImageError } from '@orlop/drydock'
import { KubeError } from '@orlop/kube'
import { CommanderError } from 'commander'
import type { Context } from './context.ts'

/** Stable; each is explained in docs/reference/cli.md. */
export const errorCodes = [
  'NotRunning',
  'CannotStart',
  'StateFolder',
  'NotBuilt',
  'TimedOut',
  'Interrupted',
  'FileUnreadable',
  'BadYaml',
  'BadManifest',
  'UnknownKind',
  'Refused',
  'Gone',
  'NoSuchCache',
  'NoSuchNode',
  'NodeState',
  'NotInstalled',
  'NoAddress',
  'NoPassword',
  'NoLog',
  'CannotRun',
  'BadReference',
  'BadImage',
  'NoSuchImage',
  'ImageInUse',
  'ImageStore',
  'PullFailed',
  'NoSkopeo',
  'NoAnswer',
  'NotLoggedIn',
  'NotAllowed',
  'ChecksFailed',
  'NotConfirmed',
  'FieldConflict',
  'RolloutFailed',
  'Foreign',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** `code` is stable and listed in docs/reference/cli.md; `remedy` is what to do next. */
export class CliError extends Error {
  readonly code: ErrorCode
  readonly remedy: string | undefined

  constructor(code: ErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'CliError'
    this.code = code
    this.remedy = options.remedy
  }
}

/** What goes to standard error, and the exit code: 1 failed, 2 called wrongly, 130 interrupted. */
export function explainFailure(
  error: unknown,
  { signal, env }: Pick<Context, 'signal' | 'env'>,
): { text: string; code: number } {
  // Commander has said it already.
  if (error instanceof CommanderError) return { text: '', code: error.exitCode === 0 ? 0 : 2 }
  const remedy = remedyOf(error)
  const next = remedy === undefined ? '' : `\n  ${asTyped(remedy, env)}`
  if (signal.aborted) return { text: `interrupted${next}`, code: 130 }
  if (
    remedy !== undefined ||
    error instanceof CliError ||
    error instanceof ImageError ||
    error instanceof KubeError
  ) {
    const said = error instanceof Error ? error.message : String(error)
    const known = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { text: `error${known}: ${said}${next}`, code: 1 }
  }
  return {
    text: `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    code: 1,
  }
}

/** How the command was called, so that what is printed can be typed. */
export function commandName(env: Context['env']): string {
  return env['ORLOP_COMMAND'] ?? 'orlop'
}

/** Text that speaks of `orlop COMMAND`, for somebody who calls it otherwise. */
export function asTyped(text: string, env: Context['env']): string {
  return text.replaceAll(/\borlop (?=[a-z])/g, `${commandName(env)} `)
}

/** Ours and drydock's errors both bring one; of the others those that a person can mend. */
function remedyOf(error: unknown): string | undefined {
  if (error instanceof Error && 'remedy' in error && typeof error.remedy === 'string') return error.remedy
  if (!(error instanceof KubeError)) return undefined
  if (error.status === 507)
    return 'free some space where the state folder lies; what was there before is still there'
  if (error.code === 'Unavailable' || error.code === 'Timeout') return 'see: orlop logs --component drydock'
  return undefined
}
