import type { Info } from '../view/info.ts'
import { parseInfo } from '../view/info.ts'
import { parsePairs } from '../view/pairs.ts'
import { parseRole, type Role } from '../view/role.ts'
import { aborted, withDeadline } from './deadline.ts'
import { isRedisError, RedisError } from './error.ts'
import { toRedisError } from './failure.ts'
import { secretsOf } from './secret.ts'
import { addressOf, type Target } from './target.ts'

export interface ConnectionOptions {
  /** Milliseconds until the process has taken the connection and the password. Default 1000. */
  readonly connectTimeout?: number
  /** Milliseconds a command may take. Default 2000. */
  readonly commandTimeout?: number
  readonly signal?: AbortSignal
  /** What CLIENT LIST shows. */
  readonly name?: string
}

export interface CommandOptions {
  /** Milliseconds; default the connection's `commandTimeout`. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** An open connection. Every function throws {@link RedisError}; a command that timed out has closed the connection. */
export interface Connection {
  /** Sends a command and gives the reply as RESP2 has it: string, number, null or array of these. */
  command(args: readonly string[], o?: CommandOptions): Promise<unknown>
  info(section?: string): Promise<Info>
  role(): Promise<Role>
  /** The directives whose names match the glob pattern, as the server writes them. */
  configGet(pattern: string): Promise<Record<string, string>>
  /** Sets all or none; on 6.2, which takes one directive a command, one after the other. */
  configSet(pairs: Readonly<Record<string, string>>): Promise<void>
}

/**
 * Connects, lends the connection to `use`, and closes it whatever happens.
 *
 * @example
 * const role = await withConnection({ host: '10.244.1.7', port: 6379, password }, {}, (redis) => redis.role())
 */
export async function withConnection<T>(
  target: Target,
  o: ConnectionOptions,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const address = addressOf(target)
  if (o.signal?.aborted) throw aborted(address, o.signal)
  const client = await createClient(target, o)
  // Without a listener an 'error' event ends the process; whatever it reports, a pending promise reports as well.
  client.on('error', ignore)
  const giveUp = (): void => client.destroy()
  try {
    await attempt(
      target,
      [],
      withDeadline(client.connect(), {
        ms: o.connectTimeout ?? 1000,
        signal: o.signal,
        what: address,
        giveUp,
      }),
    )
    return await use(connectionOver(target, o, (args) => client.sendCommand(args), giveUp))
  } finally {
    giveUp()
  }
}

function ignore(): void {}

const protocol = { RESP: 2 } as const

/** The library takes some 70 ms to load, so it is loaded by whoever connects first and not by whoever only reads a table. */
async function createClient(target: Target, o: ConnectionOptions) {
  const { RedisClient } = await import('./library.ts')
  // Its own createClient makes a class of some 500 commands (20 ms) for each new address; this is one for all.
  const create = RedisClient.factory(protocol)
  const base = {
    host: target.host,
    port: target.port,
    connectTimeout: o.connectTimeout ?? 1000,
    reconnectStrategy: false,
  } as const
  return create({
    ...protocol,
    socket: target.tls === undefined ? base : { ...base, ...target.tls, tls: true },
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // 0: the deadline is kept here, where it also covers the wait for the reply.
    commandOptions: { timeout: 0 },
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(o.name === undefined ? {} : { name: o.name }),
  })
}

function connectionOver(
  target: Target,
  defaults: ConnectionOptions,
  send: (args: string[]) => Promise<unknown>,
  giveUp: () => void,
): Connection {
  const command = (args: readonly string[], o: CommandOptions = {}): Promise<unknown> => {
    const what = [addressOf(target), ...args.slice(0, 1)].join(' ')
    const signal = eitherSignal(defaults.signal, o.signal)
    const ms = o.timeout ?? defaults.commandTimeout ?? 2000
    return attempt(target, args, withDeadline(send([...args]), { ms, signal, what, giveUp }))
  }
  return connectionOf(command)
}

/** The typed functions over anything that carries a command to a server and brings its reply. */
export function connectionOf(command: Connection['command']): Connection {
  return {
    command,
    info: async (section) =>
      parseInfo(text(await command(section === undefined ? ['INFO'] : ['INFO', section]))),
    role: async () => parseRole(await command(['ROLE'])),
    configGet: async (pattern) => parsePairs(await command(['CONFIG', 'GET', pattern])),
    configSet: (pairs) => configSet(command, pairs),
  }
}

function eitherSignal(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a !== undefined && b !== undefined && a !== b ? AbortSignal.any([a, b]) : (a ?? b)
}

async function configSet(
  command: Connection['command'],
  pairs: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(pairs)
  if (entries.length === 0) return
  try {
    await command(['CONFIG', 'SET', ...entries.flat()])
  } catch (error) {
    const oneByOne =
      entries.length > 1 && isRedisError(error, 'Reply') && /wrong number of arguments/i.test(error.message)
    if (!oneByOne) throw error
    for (const pair of entries) await command(['CONFIG', 'SET', ...pair])
  }
}

async function attempt<T>(target: Target, args: readonly string[], work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const what = [addressOf(target), ...args.slice(0, 1)].join(' ')
    throw await toRedisError(error, what, [...secretsOf(args), target.password ?? ''])
  }
}

function text(reply: unknown): string {
  if (typeof reply !== 'string') throw new RedisError('Unexpected', 'INFO: the reply is not text')
  return reply
}
