import type { Api } from '../api.ts'
import { isObject, stringAt } from '../object.ts'
import { scanJson } from '../request/json-scan.ts'
import { badRequest, expired, tooLargeResourceVersion } from '../status.ts'

/**
 * Parses a resourceVersion of a query; undefined when none or any ("0") was asked for. Throws BadRequest, and Timeout for
 * one that is not reached yet.
 */
export function parseRevision(text: string, api: Api): number | undefined {
  if (text === '' || text === '0') return undefined
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version: ${unreadable(text)}`)
  const revision = Number(text)
  if (revision > api.storage.revision) throw tooLargeResourceVersion(revision, api.storage.revision)
  return revision
}

/** Why a text is no resourceVersion. */
export function unreadable(text: string): string {
  const named = JSON.stringify(text)
  return `resourceVersion: Invalid value: ${named}: strconv.ParseUint: parsing ${named}: invalid syntax`
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
  const value = parsed(token)
  if (stringAt(value, 'v') !== 'meta.k8s.io/v1')
    throw invalidToken(`unrecognized encoded version ${stringAt(value, 'v') ?? ''}`)
  const { rv = 0, start = '' } = isObject(value) ? value : {}
  if (rv === 0) throw invalidToken('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (typeof rv !== 'number' || typeof start !== 'string' || start === '')
    throw invalidToken('empty start key')
  return { revision: rv, after: start }
}

function parsed(token: string): unknown {
  if (!/^[\w-]*$/.test(token)) throw invalidToken('illegal base64 data at input byte 0')
  const text = Buffer.from(token, 'base64url').toString('latin1')
  try {
    return JSON.parse(text)
  } catch {
    throw invalidToken(scanJson(text).fault ?? 'invalid JSON')
  }
}

function invalidToken(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`)
}

export function continueExpired(): Error {
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
  )
}

export function revisionExpired(revision: number, oldest: number): Error {
  return expired(`too old resource version: ${revision} (${oldest})`)
}
