import { RedisError, type RedisErrorCode } from './error.ts'
import { redactError } from './secret.ts'

const byErrno: Readonly<Record<string, RedisErrorCode>> = {
  ECONNREFUSED: 'Refused',
  ETIMEDOUT: 'TimedOut',
  EHOSTUNREACH: 'Unreachable',
  ENETUNREACH: 'Unreachable',
  EHOSTDOWN: 'Unreachable',
  EADDRNOTAVAIL: 'Unreachable',
  ENOTFOUND: 'Unreachable',
  EAI_AGAIN: 'Unreachable',
  ECONNRESET: 'Closed',
  EPIPE: 'Closed',
  EPROTO: 'Tls',
}

/** First words of error replies: src/server.c `createSharedObjects`, src/networking.c, src/acl.c of Redis 6.2 to 8.0. */
const byReplyPrefix: Readonly<Record<string, RedisErrorCode>> = {
  LOADING: 'Loading',
  NOAUTH: 'NoAuth',
  WRONGPASS: 'WrongPassword',
  NOPERM: 'NoPermission',
  DENIED: 'Denied',
  BUSY: 'Busy',
  READONLY: 'ReadOnly',
  MASTERDOWN: 'PrimaryDown',
  NOREPLICAS: 'NoReplicas',
  MISCONF: 'Misconfigured',
}

/** The code of an error reply, by the reply's text. */
export function codeOfReply(text: string): RedisErrorCode {
  const known = byReplyPrefix[text.split(' ', 1)[0] ?? '']
  if (known !== undefined) return known
  if (text.includes('max number of clients')) return 'MaxClients'
  // A password was sent to a server whose default user needs none: whoever holds the credentials has the wrong ones.
  if (text.startsWith('ERR AUTH <password> called without any password')) return 'WrongPassword'
  return 'Reply'
}

/**
 * Whatever a promise of the library was refused with, as a {@link RedisError} that says `what` it was about and holds none of
 * the secrets.
 */
export async function toRedisError(
  error: unknown,
  what: string,
  secrets: readonly string[],
): Promise<RedisError> {
  if (error instanceof RedisError) return error
  const cause = redactError(error instanceof Error ? error : new Error(String(error)), secrets)
  const code = error instanceof Error ? await codeOf(error, cause.message) : 'Unexpected'
  return new RedisError(code, `${what}: ${cause.message}`, { cause })
}

async function codeOf(error: Error, message: string): Promise<RedisErrorCode> {
  const library = await import('./library.ts')
  if (error instanceof library.ErrorReply) return codeOfReply(message)
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = byErrno[errno]
  if (known !== undefined) return known
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(errno)) return 'Tls'
  if (error instanceof library.ConnectionTimeoutError) return 'TimedOut'
  const closed = [
    library.SocketClosedUnexpectedlyError,
    library.DisconnectsClientError,
    library.ClientClosedError,
    library.ClientOfflineError,
  ]
  return closed.some((type) => error instanceof type) ? 'Closed' : 'Unexpected'
}
