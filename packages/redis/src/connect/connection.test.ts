import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../testing/eventually.ts'
import { freePort, startServer, type TestServer } from '../../testing/server.ts'
import { type Connection, type ConnectionOptions, withConnection } from './connection.ts'
import { RedisError } from './error.ts'
import type { Target } from './target.ts'

const password = 'a "quoted" pässword \\'
let server: TestServer

beforeAll(async () => {
  server = await startServer({
    config: [`requirepass "a \\"quoted\\" pässword \\\\"`, 'user ada on >lovelace ~* +ping +info'],
    login: { password },
  })
})
afterAll(() => server.stop())

async function failure(target: Target, o: ConnectionOptions = {}, use = ping): Promise<RedisError> {
  try {
    await withConnection(target, o, use)
  } catch (error) {
    if (error instanceof RedisError) return error
    throw error
  }
  throw new Error('it was answered')
}

const ping = (redis: Connection): Promise<unknown> => redis.command(['PING'])

async function connectedClients(): Promise<number> {
  return (await withConnection(server.target, {}, (redis) => redis.info('clients'))).clients.connected
}

describe('a connection', () => {
  test('sends commands, and says its name in CLIENT LIST', async () => {
    await withConnection(server.target, { name: 'orlop' }, async (redis) => {
      expect(await redis.command(['SET', 'key', 'value with spaces\r\n'])).toBe('OK')
      expect(await redis.command(['GET', 'key'])).toBe('value with spaces\r\n')
      expect(await redis.command(['GET', 'nothing'])).toBeNull()
      expect(await redis.command(['CLIENT', 'GETNAME'])).toBe('orlop')
      expect((await redis.info()).keys()).toBe(1)
      expect((await redis.role()).role).toBe('primary')
    })
  })

  test('authenticates an ACL user', async () => {
    const ada = { ...server.target, username: 'ada', password: 'lovelace' }
    expect(await withConnection(ada, {}, ping)).toBe('PONG')
    expect(await failure(ada, {}, (redis) => redis.configGet('*'))).toMatchObject({ code: 'NoPermission' })
  })

  test('sets several directives at once, all or none', async () => {
    await withConnection(server.target, {}, async (redis) => {
      await redis.configSet({ hz: '20', maxmemory: '64mb' })
      expect(await redis.configGet('maxmemory')).toEqual({ maxmemory: '67108864' })
      await expect(redis.configSet({ hz: '30', maxmemory: 'much' })).rejects.toMatchObject({ code: 'Reply' })
      expect(await redis.configGet('hz')).toEqual({ hz: '20' })
      await redis.configSet({})
    })
  })

  test('is closed after use, after a failure and after a time-out', async () => {
    await withConnection(server.target, {}, ping)
    await failure(server.target, {}, (redis) => redis.command(['NOSUCH']))
    await failure(server.target, { commandTimeout: 50 }, (redis) => redis.command(['BLPOP', 'empty', '0']))
    await expect(
      withConnection(server.target, {}, () => Promise.reject(new Error('of the caller'))),
    ).rejects.toThrow('of the caller')
    await eventually(async () => (await connectedClients()) === 1)
  })
})

describe('the code of an error says', () => {
  test('that nothing listens', async () => {
    expect(await failure({ host: '127.0.0.1', port: await freePort() })).toMatchObject({ code: 'Refused' })
  })

  test('that there is no such host', async () => {
    expect(await failure({ host: 'nowhere.invalid', port: 6379 })).toMatchObject({ code: 'Unreachable' })
  })

  test('that a password is wanted, or another one', async () => {
    const { host, port } = server.target
    expect(await failure({ host, port })).toMatchObject({ code: 'NoAuth' })
    expect(await failure({ host, port, password: 'guess' })).toMatchObject({ code: 'WrongPassword' })
  })

  test('that a password was sent where none is wanted', async () => {
    const open = await startServer()
    try {
      expect(await failure({ ...open.target, password: 'guess' })).toMatchObject({ code: 'WrongPassword' })
    } finally {
      await open.stop()
    }
  })

  test('what a reply refuses', async () => {
    expect(await failure(server.target, {}, (redis) => redis.command(['NOSUCH']))).toMatchObject({
      code: 'Reply',
    })
    const readOnly = async (redis: Connection): Promise<unknown> => {
      await redis.command(['REPLICAOF', '127.0.0.1', '1'])
      try {
        return await redis.command(['SET', 'a', 'b'])
      } finally {
        await redis.command(['REPLICAOF', 'NO', 'ONE'])
      }
    }
    expect(await failure(server.target, {}, readOnly)).toMatchObject({ code: 'ReadOnly' })
  })

  test('that a stopped process did not answer in time, before and after the connection is up', async () => {
    const stopped = await startServer()
    try {
      await withConnection(stopped.target, { commandTimeout: 100 }, async (redis) => {
        stopped.process.kill('SIGSTOP')
        await expect(redis.info()).rejects.toMatchObject({ code: 'TimedOut' })
        await expect(redis.info()).rejects.toMatchObject({ code: 'Closed' })
      })
      expect(await failure({ ...stopped.target, password }, { connectTimeout: 100 })).toMatchObject({
        code: 'TimedOut',
      })
    } finally {
      await stopped.stop()
    }
  })

  test('that the caller gave up: before, while connecting, in a command', async () => {
    const given = AbortSignal.abort(new Error('enough'))
    expect(await failure(server.target, { signal: given })).toMatchObject({
      code: 'Aborted',
      cause: { message: 'enough' },
    })
    const blocking = (signal: AbortSignal) => (redis: Connection) =>
      redis.command(['BLPOP', 'empty', '0'], { signal })
    expect(await failure(server.target, {}, blocking(AbortSignal.timeout(50)))).toMatchObject({
      code: 'Aborted',
    })
    expect(
      await failure(server.target, { signal: AbortSignal.timeout(50) }, blocking(AbortSignal.timeout(5000))),
    ).toMatchObject({ code: 'Aborted' })
  })

  test('that the other side closed, or speaks something else', async () => {
    const closing = await listen((socket) => socket.destroy())
    const talking = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    try {
      expect(await failure(closing.target)).toMatchObject({ code: 'Closed' })
      expect(await failure(talking.target)).toBeInstanceOf(RedisError)
    } finally {
      closing.server.close()
      talking.server.close()
    }
  })
})

test('no message, cause or stack holds a password, whatever the server echoes', async () => {
  const echoing = await listen((socket) => {
    socket.on('data', (data) =>
      socket.write(`-ERR unknown command, with args beginning with: ${JSON.stringify(String(data))}\r\n`),
    )
  })
  const secret = 'hunter2hunter2'
  const target = { ...echoing.target, username: 'ada', password: secret }
  try {
    const errors = [
      await failure(target),
      await failure(echoing.target, {}, (redis) =>
        redis.command(['ACL', 'SETUSER', 'ada', 'on', `>${secret}`]),
      ),
      await failure(echoing.target, {}, (redis) => redis.configSet({ masterauth: secret })),
      await failure(server.target, {}, (redis) => redis.command(['ACL', 'SETUSER', 'ada', `!${secret}`])),
    ]
    for (const error of errors) {
      const cause = error.cause instanceof Error ? error.cause : new Error('no cause')
      expect(`${error.message}${error.stack}${cause.message}${cause.stack}`).not.toContain(secret)
      expect(error.code).toBe('Reply')
    }
  } finally {
    echoing.server.close()
  }
})

async function listen(
  answer: (socket: import('node:net').Socket) => void,
): Promise<{ server: Server; target: Target }> {
  const fake = createServer((socket) => {
    socket.on('error', () => {})
    answer(socket)
  })
  await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve))
  const { port } = fake.address() as AddressInfo
  return { server: fake, target: { host: '127.0.0.1', port } }
}
