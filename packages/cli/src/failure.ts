/** Errors as a person reads them: what happened, and what to do. */

import { KubeError } from '@orlop/kube'
import { CommanderError } from 'commander'

/** `code` is stable and listed in docs/reference/cli.md; `remedy` is what to do next. */
export class CliError extends Error {
  readonly code: string
  readonly remedy: string | undefined

  constructor(code: string, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'CliError'
    this.code = code
    this.remedy = options.remedy
  }
}

export function explainFailure(error: unknown, signal: AbortSignal): { text: string; code: number } {
  if (error instanceof CommanderError) return { text: '', code: error.exitCode === 0 ? 0 : 2 }
  if (signal.aborted) return { text: 'interrupted', code: 130 }
  if (error instanceof CliError) {
    const remedy = error.remedy === undefined ? '' : `\n  ${error.remedy}`
    return { text: `error: ${error.message}${remedy}`, code: 1 }
  }
  if (error instanceof KubeError) return { text: `error: ${error.message}`, code: 1 }
  return {
    text: `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    code: 1,
  }
}
