/** Loaded lazily by name, through this file: a bundler gives a lazily loaded CommonJS library no named exports. */
export {
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  RedisClient,
  SocketClosedUnexpectedlyError,
} from '@redis/client'
