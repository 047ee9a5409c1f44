/** The answer of an API server to a request it did not carry out (`meta/v1 Status`). */
export interface Status {
  kind: 'Status'
  apiVersion?: string
  status?: string
  message?: string
  reason?: string
  code?: number
  details?: {
    name?: string
    group?: string
    kind?: string
    uid?: string
    causes?: { reason?: string; message?: string; field?: string }[]
    /** Seconds. */
    retryAfterSeconds?: number
  }
}

/** What went wrong; stable, listed in the README, and what callers and tests match. */
export type KubeErrorCode =
  | 'NotFound'
  | 'Conflict'
  | 'AlreadyExists'
  | 'Gone'
  | 'Invalid'
  | 'Forbidden'
  | 'Unauthorized'
  | 'TooManyRequests'
  | 'Timeout'
  | 'Unavailable'
  | 'BadRequest'
  | 'TooLarge'
  | 'Unsupported'
  | 'Internal'
  | 'Aborted'
  | 'BadConfig'
  | 'LeaseLost'

/** Every error of this package. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  readonly code: KubeErrorCode
  /** HTTP status, where a server answered. */
  readonly status?: number
  /** The server's `Status`, where it sent one. */
  readonly body?: Status
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfter?: number

  constructor(
    code: KubeErrorCode,
    message: string,
    o: { status?: number; body?: Status | undefined; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause })
    this.code = code
    if (o.status !== undefined) this.status = o.status
    if (o.body !== undefined) this.body = o.body
    if (o.retryAfter !== undefined) this.retryAfter = o.retryAfter
  }

  static aborted(signal: AbortSignal): KubeError {
    return new KubeError('Aborted', 'the caller gave up', { cause: signal.reason })
  }
}

/** `metav1.StatusReason` of apimachinery `pkg/apis/meta/v1/types.go`, as far as it says more than the HTTP status. */
const byReason: Readonly<Record<string, KubeErrorCode>> = {
  NotFound: 'NotFound',
  Conflict: 'Conflict',
  AlreadyExists: 'AlreadyExists',
  Gone: 'Gone',
  Expired: 'Gone',
  Invalid: 'Invalid',
  Forbidden: 'Forbidden',
  Unauthorized: 'Unauthorized',
  TooManyRequests: 'TooManyRequests',
  Timeout: 'Timeout',
  ServerTimeout: 'Timeout',
  ServiceUnavailable: 'Unavailable',
  InternalError: 'Internal',
  BadRequest: 'BadRequest',
  RequestEntityTooLarge: 'TooLarge',
  MethodNotAllowed: 'Unsupported',
  NotAcceptable: 'Unsupported',
  UnsupportedMediaType: 'Unsupported',
}

const byStatus: Readonly<Record<number, KubeErrorCode>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'Unsupported',
  406: 'Unsupported',
  408: 'Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'TooLarge',
  415: 'Unsupported',
  422: 'Invalid',
  429: 'TooManyRequests',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Timeout',
}

/** The error for an answer: `body` is parsed JSON, or text when it was none; `retryAfterHeader` counts seconds. */
export function errorOfAnswer(status: number, body: unknown, retryAfterHeader?: string): KubeError {
  const parsed = isStatus(body) ? body : undefined
  const code =
    byReason[parsed?.reason ?? ''] ?? byStatus[status] ?? (status >= 500 ? 'Internal' : 'BadRequest')
  const fallback =
    typeof body === 'string' && body.trim() !== '' ? body.trim().slice(0, 300) : `HTTP ${status}`
  const seconds = Number(retryAfterHeader ?? parsed?.details?.retryAfterSeconds ?? Number.NaN)
  return new KubeError(code, parsed?.message || fallback, {
    status,
    body: parsed,
    retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  })
}

/** The error for a connection that could not be made, broke or timed out. */
export function errorOfConnection(cause: unknown): KubeError {
  if (cause instanceof KubeError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const code = codeOf(cause)
  return new KubeError(timeouts.has(code) ? 'Timeout' : 'Unavailable', message || code, { cause })
}

const timeouts: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'ETIMEDOUT',
])

function codeOf(e: unknown): string {
  return typeof e === 'object' && e !== null && 'code' in e && typeof e.code === 'string' ? e.code : ''
}

function isStatus(body: unknown): body is Status {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status'
}

/** The code of an error of this package, `undefined` for any other. */
export function kubeErrorCode(e: unknown): KubeErrorCode | undefined {
  return e instanceof KubeError ? e.code : undefined
}

export const isNotFound = (e: unknown): boolean => kubeErrorCode(e) === 'NotFound'
export const isConflict = (e: unknown): boolean => kubeErrorCode(e) === 'Conflict'
export const isAlreadyExists = (e: unknown): boolean => kubeErrorCode(e) === 'AlreadyExists'
export const isGone = (e: unknown): boolean => kubeErrorCode(e) === 'Gone'
export const isInvalid = (e: unknown): boolean => kubeErrorCode(e) === 'Invalid'
export const isForbidden = (e: unknown): boolean => kubeErrorCode(e) === 'Forbidden'
export const isUnauthorized = (e: unknown): boolean => kubeErrorCode(e) === 'Unauthorized'
export const isTooManyRequests = (e: unknown): boolean => kubeErrorCode(e) === 'TooManyRequests'
export const isTimeout = (e: unknown): boolean => kubeErrorCode(e) === 'Timeout'
export const isUnavailable = (e: unknown): boolean => kubeErrorCode(e) === 'Unavailable'
export const isAborted = (e: unknown): boolean => kubeErrorCode(e) === 'Aborted'
