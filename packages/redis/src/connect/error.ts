/**
 * Why a command was not answered as wanted. The first eight say that nothing was heard, or nothing usable, from the process;
 * the others are answers.
 */
export type RedisErrorCode =
  | 'Refused'
  | 'TimedOut'
  | 'Unreachable'
  | 'Closed'
  | 'Tls'
  | 'Aborted'
  | 'NoAuth'
  | 'WrongPassword'
  | 'NoPermission'
  | 'Denied'
  | 'MaxClients'
  | 'Loading'
  | 'Busy'
  | 'ReadOnly'
  | 'PrimaryDown'
  | 'NoReplicas'
  | 'Misconfigured'
  | 'Reply'
  | 'Unexpected'

/** The one error of this package. `code` is stable; the message names the target and never holds a secret. */
export class RedisError extends Error {
  readonly code: RedisErrorCode

  constructor(code: RedisErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'RedisError'
    this.code = code
  }
}

/** True for an error of this package, of one of the codes where any are given. */
export function isRedisError(error: unknown, ...codes: RedisErrorCode[]): error is RedisError {
  return error instanceof RedisError && (codes.length === 0 || codes.includes(error.code))
}
