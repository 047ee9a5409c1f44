import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { redisResource } from '@orlop/api'
import { askControl } from '@orlop/drydock'
import { resources } from '@orlop/kube'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  cacheYaml,
  commandLine,
  createHome,
  descendants,
  eventually,
  examples,
  finished,
  type Home,
  isAlive,
  processesNaming,
} from './orlop.ts'
import { redisCli } from './redis-cli.ts'

/** Everything of these tests starts whole clusters. */
const minutes = 300_000
let home: Home

beforeEach(async () => {
  home = await createHome()
})

afterEach(() => home.remove(), minutes)

test(
  'down leaves no process and no listening port; the next up has all objects and data',
  async () => {
    const file = join(examples, 'store-with-aof.yaml')
    await home.ok('up', '-f', file, '--timeout', '120')
    const uri = await home.ok('uri', 'orders')
    expect(await redisCli(uri, 'SET', 'order:1', 'paid')).toBe('OK')
    const client = await home.client()
    const where = { namespace: 'default', name: 'orders' }
    const { uid } = (await client.get(redisResource, where)).metadata
    const { pid, apiPort } = await home.status()
    const all = await descendants(pid)
    expect(all.length).toBeGreaterThan(8)
    const certificate = await readFile(join(home.folder, 'tls.crt'), 'utf8')
    expect(await isOurs(apiPort, certificate)).toBe(true)

    await home.ok('down')
    expect(await stillAlive(all)).toEqual([])
    expect(await processesNaming(home.folder)).toEqual([])
    // Others may have the ports by now.
    expect(await isOurs(apiPort, certificate)).toBe(false)
    expect(await redisCli(uri, 'GET', 'order:1').catch(String)).not.toBe('paid')

    await home.ok('up')
    const again = await (await home.client()).get(redisResource, where)
    expect(again.metadata.uid).toBe(uid)
    await home.ok('up', '-f', file, '--timeout', '120')
    await answers('orders', 'paid', 'GET', 'order:1')
  },
  minutes,
)

test(
  'down --delete-data leaves nothing, and the next up begins anew',
  async () => {
    await home.ok('up', '-f', await home.file('cache.yaml', cacheYaml('cache')))
    await home.ok('down', '--delete-data')
    expect(await processesNaming(home.folder)).toEqual([])
    await home.ok('up')
    expect(await home.ok('status')).toBe('No caches. `orlop up -f FILE` makes one.\n')
  },
  minutes,
)

test(
  'two ups at once both succeed, with one local Kubernetes',
  async () => {
    const file = await home.file('cache.yaml', cacheYaml('cache'))
    const both = [home.start('up', '-f', file), home.start('up', '-f', file)].map(finished)
    for (const { code, stdout, stderr } of await Promise.all(both)) {
      expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(/cache is ready at 127\./)])
    }
    const { pid } = await home.status()
    await eventually('one supervisor', async () => {
      const found = (await processesNaming('_supervise')).filter((line) => line.includes(home.folder))
      return found.length === 1 && found[0]?.startsWith(`${pid} `)
    })
  },
  minutes,
)

describe('Ctrl-C', () => {
  test(
    'while it starts leaves nothing running, whenever it comes',
    async () => {
      const moments: [string, () => Promise<boolean>][] = [
        [
          'the supervisor is spawned',
          async () => (await processesNaming(`_supervise\0${home.folder}`)).length > 0,
        ],
        ['it answers', async () => (await askControl(home.folder, 'status')) !== undefined],
        ['the daemon runs', async () => (await daemonsOf(home.folder)).length > 1],
      ]
      for (const [what, come] of moments) {
        const child = home.start('up')
        const ended = finished(child)
        await eventually(what, come)
        child.kill('SIGINT')
        const { code, stderr } = await ended
        expect([what, code, stderr]).toEqual([what, 130, 'interrupted\n'])
        expect(await processesNaming(home.folder)).toEqual([])
        expect(await askControl(home.folder, 'status')).toBeUndefined()
      }
      await home.ok('up')
    },
    minutes,
  )

  test(
    'while it waits for a cache leaves the cluster whole and says so',
    async () => {
      const never = 'image: nowhere/nothing:1'
      const child = home.start('up', '-f', await home.file('never.yaml', cacheYaml('never', never)))
      const ended = finished(child)
      await eventually('the cache is applied', async () => {
        const client = await home.client()
        return (await client.list(redisResource, { namespace: 'default' })).items.length === 1
      })
      child.kill('SIGINT')
      const { code, stderr } = await ended
      expect([code, stderr]).toEqual([130, expect.stringMatching(/^interrupted\n {2}.*orlop down/)])
      expect((await home.status()).state).toBe('ready')
    },
    minutes,
  )
})

test(
  'a cache that is not ready in time is said with what it waits for',
  async () => {
    const never = await home.file('never.yaml', cacheYaml('never', 'image: nowhere/nothing:1'))
    await home.ok('up')
    const { code, stderr } = await home.orlop('up', '-f', never, '--timeout', '5')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/not ready within 5 s.*\n {2}.*orlop status/)])
  },
  minutes,
)

test(
  'ports that other programs have are replaced by others, and that is said',
  async () => {
    const squatters = [await listen('127.0.0.1', 16_443).catch(() => undefined)]
    try {
      await home.ok('up')
      const { apiPort } = await home.status()
      expect(apiPort).not.toBe(16_443)
      const client = await home.client()
      // The address that the cache's Service will have is known when it was there before.
      const file = await home.file('cache.yaml', cacheYaml('cache'))
      await home.ok('up', '-f', file, '--timeout', '120')
      const { host } = addressIn(await home.ok('uri', 'cache'))
      await home.ok('down')
      squatters.push(await listen(host, 6379).catch(() => undefined))
      const printed = await home.ok('up', '-f', file, '--timeout', '120')
      const uri = await home.ok('uri', 'cache')
      expect(addressIn(uri).host).toBe(host)
      expect(addressIn(uri).port).not.toBe(6379)
      expect(printed).toMatch(/another program of this machine has port 6379/)
      await answers('cache', 'PONG', 'PING')
      await client.close()
      const now = await home.client()
      await eventually('an event', async () => {
        const { items } = await now.list(resources.events, { namespace: 'default' })
        return items.some((event) => event.reason === 'HostPortTaken' && event.regarding?.name === 'cache')
      })
    } finally {
      for (const server of squatters) if (server) await close(server)
    }
  },
  minutes,
)

describe('kill -9', () => {
  const aof =
    'instances: 2\nfailover: {mode: none}\npersistence: {mode: aof, fsync: always, storage: {size: 1Gi}}'

  test(
    'of the daemon: all objects are there again, the cache is Ready again with its data',
    async () => {
      const file = await home.file('kept.yaml', cacheYaml('kept', aof))
      await home.ok('up', '-f', file, '--timeout', '120')
      expect(await redisCli(await home.ok('uri', 'kept'), 'SET', 'k', 'v')).toBe('OK')
      const { daemon = 0, pid } = await home.status()
      process.kill(daemon, 'SIGKILL')
      const now = await eventually('another daemon', async () => {
        const status = await home.status()
        return status.daemon !== daemon && status
      })
      expect(now.pid).toBe(pid)
      await home.ok('up', '-f', file, '--timeout', '120')
      await answers('kept', 'v', 'GET', 'k')
    },
    minutes,
  )

  test(
    'of the supervisor: everything ends with it, the next up goes on with all data',
    async () => {
      const file = await home.file('kept.yaml', cacheYaml('kept', aof))
      await home.ok('up', '-f', file, '--timeout', '120')
      expect(await redisCli(await home.ok('uri', 'kept'), 'SET', 'k', 'v')).toBe('OK')
      const { pid } = await home.status()
      const all = await descendants(pid)
      process.kill(pid, 'SIGKILL')
      await eventually('nothing is left', async () => (await stillAlive(all)).length === 0)
      const { code, stderr } = await home.orlop('uri', 'kept')
      expect([code, stderr]).toEqual([1, expect.stringMatching(/not running\n {2}start it: orlop up/)])
      await home.ok('up', '-f', file, '--timeout', '120')
      await answers('kept', 'v', 'GET', 'k')
    },
    minutes,
  )
})

/** Waits for the answer of a cache: after a fault its status may say Ready from before it for a moment. */
const answers = (name: string, wanted: string, ...command: string[]): Promise<true> =>
  eventually(
    `${name} answers ${wanted}`,
    async () => (await redisCli(await home.ok('uri', name), ...command)) === wanted,
  )

/** Whether the server at this port has the certificate. */
function isOurs(port: number, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', servername: 'localhost', port, ca }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function stillAlive(pids: readonly number[]): Promise<string[]> {
  const left: string[] = []
  for (const pid of pids) {
    // Of one that is ending the kernel has taken the memory, and with it the command line.
    const line = await commandLine(pid)
    if (line !== '' && (await isAlive(pid))) left.push(`${pid} ${line}`)
  }
  return left
}

function addressIn(uri: string): { host: string; port: number } {
  const { hostname, port } = new URL(uri.trim())
  return { host: hostname, port: Number(port) }
}

function listen(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

/** What runs the daemon of this very cluster: other tests have theirs. */
async function daemonsOf(folder: string): Promise<string[]> {
  const [supervisor = ''] = await processesNaming(`_supervise\0${folder}`)
  const lines = await Promise.all((await descendants(Number.parseInt(supervisor, 10))).map(commandLine))
  return lines.filter((line) => line.includes('drydock.mjs'))
}
