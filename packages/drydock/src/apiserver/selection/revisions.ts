import type { Api } from '../api.ts'
import { badRequest, expired, tooLargeResourceVersion } from '../status.ts'

/** Parses a resourceVersion of a query; undefined when none or any ("0") was asked for. */
export function parseRevision(text: string | null, api: Api): number | undefined {
  if (text === null || text === '' || text === '0') return undefined
  if (!/^\d+$/.test(text))
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  const revision = Number(text)
  if (revision > api.storage.revision) throw tooLargeResourceVersion(revision, api.storage.revision)
  return revision
}

interface Position {
  /** The revision at which the list began, so that all its pages show one moment. */
  readonly revision: number
  /** Key of the last object given out. */
  readonly after: string
}

export function encodeContinue({ revision, after }: Position): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString(
    'base64url',
  )
}

/** Throws BadRequest. */
export function decodeContinue(token: string): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null && 'rv' in value && 'start' in value) {
      if (typeof value.rv === 'number' && typeof value.start === 'string')
        return { revision: value.rv, after: value.start }
    }
  } catch {
    // Falls through to the same answer.
  }
  throw badRequest('continue key is not valid: illegal base64 data or structure')
}

export function continueExpired(): Error {
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
  )
}

export function revisionExpired(revision: number, oldest: number): Error {
  return expired(`too old resource version: ${revision} (${oldest})`)
}
