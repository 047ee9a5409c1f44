import { type KindInfo, qualifiedResource } from './kinds.ts'
import { isObject } from './object.ts'

/** One reason why an object was refused: an entry of `details.causes` of a Status. */
export interface Cause {
  /** `FieldValueRequired`, `FieldValueInvalid`, ... as in k8s.io/apimachinery `metav1.CauseType`. */
  reason: string
  /** Without the field's path, e.g. `Required value: must name a Service`. */
  message: string
  /** Path of the field, e.g. `spec.ports[0].name`. */
  field: string
}

/** metav1.Status, as every error and some deletions are answered. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: Record<string, never>
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: {
    name?: string
    group?: string
    kind?: string
    uid?: string
    causes?: { reason?: string; message?: string; field?: string }[]
    retryAfterSeconds?: number
  }
  code?: number
}

/** An answer other than success. `code` is the Status's reason and stable. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: Status
  constructor(
    httpStatus: number,
    reason: string,
    message: string,
    details?: Status['details'],
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = reason
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code: httpStatus,
    }
  }
  /** The HTTP status code, e.g. 404. */
  get httpStatus(): number {
    return this.status.code ?? 500
  }
}

type Named = Pick<KindInfo, 'group' | 'plural' | 'kind'>

function detailsOf(kind: Named, name: string): NonNullable<Status['details']> {
  return { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.plural }
}

export function notFound(kind: Named, name: string): ApiError {
  return new ApiError(
    404,
    'NotFound',
    `${qualifiedResource(kind)} "${name}" not found`,
    detailsOf(kind, name),
  )
}

/** No such path or resource at all. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** No such path: the one error that is no Status. */
export function pageNotFound(): ApiError {
  return new ApiError(404, 'PageNotFound', '404 page not found\n')
}

export function alreadyExists(kind: Named, name: string, going = false): ApiError {
  const message = `${going ? 'object is being deleted: ' : ''}${qualifiedResource(kind)} "${name}" already exists`
  return new ApiError(409, 'AlreadyExists', message, detailsOf(kind, name))
}

export function conflict(kind: Named, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(kind)} "${name}": ${why}`
  return new ApiError(409, 'Conflict', message, detailsOf(kind, name))
}

/** The sentence clients look for when they lost a race. */
export function modified(kind: Named, name: string): ApiError {
  return conflict(
    kind,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

export function invalid(named: Named, name: string, causes: readonly Cause[]): ApiError {
  // Events of both groups are one kind, which is called by the older one.
  const kind = named.group === 'events.k8s.io' ? { ...named, group: '' } : named
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  // What is found twice is said once.
  const lines = [
    ...new Set(causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))),
  ]
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return new ApiError(422, 'Invalid', `${qualified} "${name}" is invalid: ${text}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: [...causes],
  })
}

export function forbidden(
  kind: Named,
  name: string,
  why: string,
  causes?: NonNullable<Status['details']>['causes'],
): ApiError {
  const message = `${qualifiedResource(kind)} "${name}" is forbidden: ${why}`
  return new ApiError(403, 'Forbidden', message, {
    ...detailsOf(kind, name),
    ...(causes === undefined ? {} : { causes }),
  })
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized')
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  )
}

/** The change asked for lies before what the log still holds. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message)
}

/** A revision that this server has not reached, e.g. after its state folder was replaced. */
export function tooLargeResourceVersion(asked: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

export function tooManyRequests(
  message: string,
  retryAfterSeconds: number,
  causes?: NonNullable<Status['details']>['causes'],
): ApiError {
  return new ApiError(429, 'TooManyRequests', message, {
    ...(causes === undefined ? {} : { causes }),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  })
}

export function unsupportedMediaType(supported: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`
  return new ApiError(415, 'UnsupportedMediaType', message)
}

/** The state could not be written: the disk is full or failing. Nothing was changed. */
export function notStored(cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ApiError(
    507,
    'InsufficientStorage',
    `the change was not stored and nothing was changed: ${why} (is the disk of the state folder full?)`,
    undefined,
    cause,
  )
}

export function internalError(cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ApiError(
    500,
    'InternalError',
    `Internal error occurred: ${why}`,
    { causes: [{ message: why }] },
    cause,
  )
}

/** Anything thrown, as a Status to answer. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (isObject(thrown) && thrown.code === 'ERR_SQLITE_ERROR') return notStored(thrown)
  return internalError(thrown)
}
