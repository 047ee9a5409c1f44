export {
  type CommandOptions,
  type Connection,
  type ConnectionOptions,
  connectionOf,
  withConnection,
} from './connect/connection.ts'
export { isRedisError, RedisError, type RedisErrorCode } from './connect/error.ts'
export { addressOf, type Target, type TargetTls } from './connect/target.ts'
export { checkConfig } from './directive/check-config.ts'
export type { Directive, DirectiveType } from './directive/directive.ts'
export { nearest } from './directive/nearest.ts'
export { normalise } from './directive/normalise.ts'
export type { Problem, ProblemCode } from './directive/problem.ts'
export { quoteDirective } from './directive/quote.ts'
export { allDirectiveNames, directives, supportedVersions, versionsHaving } from './directive/tables.ts'
export type { Engine } from './engine.ts'
export {
  type ClientsInfo,
  type Info,
  type MemoryInfo,
  type PersistenceInfo,
  parseInfo,
  type ServerInfo,
} from './view/info.ts'
export type { ConnectedReplica, ReplicationInfo } from './view/info-replication.ts'
export { parsePairs } from './view/pairs.ts'
export { type LinkState, parseRole, type Role, type RoleReplica } from './view/role.ts'
