import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type RedisObject, redisResource } from '@orlop/api'
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  cacheYaml,
  commandLine,
  createHome,
  descendants,
  eventually,
  examples,
  finished,
  type Home,
} from './orlop.ts'
import { redisCli } from './redis-cli.ts'

const run = promisify(execFile)
const quickstart = join(examples, 'quickstart.yaml')
let home: Home
let printed: string

beforeAll(async () => {
  home = await createHome()
  printed = await home.ok('up', '-f', quickstart, '--timeout', '180')
}, 240_000)

afterAll(() => home.remove(), 120_000)

test('the first up says what it did, and how to go on', () => {
  const lines = printed.replaceAll(/\d+\.\d s/g, 'TIME').replaceAll(/ready at .*/g, 'ready at ADDRESS')
  expect(lines).toBe(`✓ local Kubernetes  TIME
✓ apply ${quickstart}  TIME
✓ Redis sessions  TIME

sessions is ready at ADDRESS
  redis-cli   orlop cli sessions
  URI         orlop uri sessions
  status      orlop status
  kubectl     kubectl --kubeconfig "$(orlop kubeconfig)" get redis,pods,svc
  stop        orlop down   (the data stays)
`)
})

test('the second up finds everything as it should be and starts nothing', async () => {
  const before = await home.status()
  const again = await home.ok('up', '-f', quickstart)
  expect(again).toMatch(/^✓ local Kubernetes is already running \(one node\)\n/)
  expect(again).toMatch(/sessions is ready at 127\.96\./)
  expect(await home.status()).toEqual(before)
})

test('the URI that is printed is taken by redis-cli -u', async () => {
  const uri = await home.ok('uri', 'sessions')
  expect(uri).toMatch(/^redis:\/\/default:[^@]{20,}@127\.96\.\d+\.\d+:\d+\n$/)
  expect(await redisCli(uri, 'SET', 'k', 'v')).toBe('OK')
  expect(await redisCli(uri, 'GET', 'k')).toBe('v')
})

test('cli opens redis-cli with the password, with and without --', async () => {
  expect(await home.ok('cli', 'sessions', '--', 'ECHO', 'hello')).toBe('hello\n')
  expect(await home.ok('cli', 'default/sessions', 'ECHO', 'hello')).toBe('hello\n')
})

test('status shows each instance with its role', async () => {
  // A replica that has yet to hear of a write just done is behind.
  const table = await eventually('both replicas are in sync', async () => {
    const text = await home.ok('status')
    return text.match(/sessions-\d +replica +in sync/g)?.length === 2 && text
  })
  expect(table).toMatch(/^● sessions {3}default {3}redis 7\.2 {3}3\/3 ready/)
  expect(table.match(/sessions-\d +primary +serving/g)).toHaveLength(1)
  expect(await home.ok('status', '--names')).toBe('sessions\n')
  const [cache] = JSON.parse(await home.ok('status', 'sessions', '-o', 'json'))
  expect(cache.status.readyInstances).toBe(3)
})

test('a program that is run inside finds caches by name and hands its exit code back', async () => {
  expect(await home.ok('run', '--', 'getent', 'hosts', 'sessions-0.sessions-nodes')).toMatch(/^10\.244\./)
  expect(await home.ok('run', 'sh', '-c', 'getent hosts sessions')).toMatch(/^10\.96\./)
  expect((await home.orlop('run', '--', 'sh', '-c', 'exit 7')).code).toBe(7)
})

test('a shell inside has the names of the cluster and is left with its own exit code', async () => {
  const child = home.start('shell')
  child.stdin?.end('getent hosts sessions-ro; exit 5\n')
  const { code, stdout } = await finished(child)
  expect([code, stdout]).toEqual([5, expect.stringMatching(/^10\.96\./)])
})

test('kubectl works with the kubeconfig, which only its owner may read', async () => {
  const kubeconfig = (await home.ok('kubeconfig')).trim()
  expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600)
  expect((await stat(home.folder)).mode & 0o777).toBe(0o700)
  const kubectl = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, HOME: home.folder, KUBECONFIG: kubeconfig }
    return (await run('kubectl', args, { env, timeout: 60_000 })).stdout
  }
  await eventually('it is shown as healthy', async () =>
    /sessions +redis +7\.2 +3\/3 +sessions-\d +Healthy/.test(await kubectl('get', 'redis')),
  )
  expect(await kubectl('exec', 'sessions-0', '--', 'redis-cli', '--version')).toMatch(/^redis-cli/)
  expect(await kubectl('logs', 'sessions-0')).toMatch(/Ready to accept connections/)
  expect(await kubectl('describe', 'redis', 'sessions')).toMatch(/PasswordCreated/)
  expect(await kubectl('wait', 'redis/sessions', '--for=condition=Ready', '--timeout=60s')).toMatch(
    /condition met/,
  )
})

describe('logs', () => {
  test('of the operator, of the local Kubernetes and of the servers of a cache', async () => {
    expect(await home.ok('logs', '--tail', '1000')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info +Redis default\/sessions: .*PasswordCreated/m,
    )
    expect(await home.ok('logs', '--component', 'drydock')).toBeDefined()
    const servers = await home.ok('logs', 'sessions', '--tail', '2')
    expect(
      servers
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['0', '0', '1', '1', '2', '2'].map((i) => `sessions-${i}`))
  })

  test('go on with -f until they are interrupted', async () => {
    const child = home.start('logs', 'sessions', '-f', '--tail', '1')
    let seen = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text
    })
    const ended = finished(child)
    await eventually('the last line of each', async () => seen.split('\n').length > 3)
    await redisCli(await home.ok('uri', 'sessions'), 'BGSAVE')
    await eventually('a new line', async () => /sessions-\d .*Background saving terminated/.test(seen))
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  })
})

test('what is refused names field, value and remedy, and what runs is untouched', async () => {
  const client = await home.client()
  const where = { namespace: 'default', name: 'sessions' }
  // Its status may change meanwhile.
  const wanted = async () => {
    const { metadata, spec } = (await client.get(redisResource, where)) as RedisObject
    return { uid: metadata.uid, generation: metadata.generation, labels: metadata.labels, spec }
  }
  const before = await wanted()
  const cases: [string, RegExp][] = [
    ['config: {evict-on-expire: "yes"}', /spec\.config.*evict-on-expire/],
    ['instances: 0', /spec\.instances is 0: /],
    ['instances: 3', /spec\.failover\.mode is "sentinel": .*failover: \{mode: none\}/],
    ['instanced: 3', /spec\.instanced/],
    ['memory: lots', /spec\.memory/],
  ]
  for (const [spec, message] of cases) {
    const text = cacheYaml('sessions', spec)
    const file = await home.file(
      'refused.yaml',
      spec.startsWith('memory') ? text.replace('  memory: 64Mi\n', '') : text,
    )
    const { code, stderr } = await home.orlop('up', '-f', file)
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
    expect(stderr).toMatch(/correct the file/)
  }
  expect(await wanted()).toEqual(before)
})

test('a kind that the cluster does not know is named', async () => {
  const file = await home.file('kind.yaml', 'apiVersion: v1\nkind: Nonsense\nmetadata: {name: x}\n')
  const { code, stderr } = await home.orlop('up', '-f', file)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/knows no kind Nonsense in v1\n {2}\S/)])
})

test('an object that the API server refuses is refused with its reason', async () => {
  const file = await home.file(
    'pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: []}\n',
  )
  const { code, stderr } = await home.orlop('up', '-f', file)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/Pod x: spec\.containers: Required value/)])
})

test('a cache that does not exist is answered with those that do', async () => {
  for (const command of ['uri', 'cli', 'status', 'logs']) {
    const { code, stderr } = await home.orlop(command, 'sesions')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/no cache sesions .*\n {2}there are: sessions/)])
  }
})

test('the API refuses web pages, other host names and callers without the token', async () => {
  const token = (await readFile(join(home.folder, 'token'), 'utf8')).trim()
  const { apiPort } = await home.status()
  const ca = await readFile(join(home.folder, 'tls.crt'), 'utf8')
  const ask = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const place = { host: '127.0.0.1', servername: 'localhost', port: apiPort, path: '/api/v1/secrets' }
      const options = { ...place, ca, headers, timeout: 30_000 }
      request(options, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })
  const authorization = `Bearer ${token}`
  expect(await ask({ authorization })).toBe(200)
  expect(await ask({})).toBe(401)
  expect(await ask({ authorization, host: 'rebound.example' })).toBe(403)
  expect(await ask({ authorization, origin: 'http://localhost:3000' })).toBe(403)
})

test('nothing listens outside 127.0.0.0/8', async () => {
  const listening = await listeningAddresses((await home.status()).pid)
  expect(listening.length).toBeGreaterThan(3)
  expect(listening.filter((address) => !address.startsWith('127.'))).toEqual([])
})

test('an operator that is killed is started again and goes on', async () => {
  const { daemon = 0 } = await home.status()
  const operator = async (): Promise<number | undefined> => {
    for (const pid of await descendants(daemon))
      if ((await commandLine(pid)).includes('operator.mjs')) return pid
    return undefined
  }
  const first = await eventually('an operator', operator)
  process.kill(first, 'SIGKILL')
  await eventually('another operator', async () => ((await operator()) ?? first) !== first)
  await home.ok('up', '-f', await home.file('later.yaml', cacheYaml('later')), '--timeout', '110')
  await eventually(
    'it answers',
    async () => (await redisCli(await home.ok('uri', 'later'), 'PING')) === 'PONG',
  )
  const client = await home.client()
  await client.delete(redisResource, { namespace: 'default', name: 'later' })
  await eventually('it is gone', async () => {
    const { items } = await client.list(resources.pods, { namespace: 'default' })
    return !items.some((pod) => pod.metadata.name.startsWith('later'))
  })
})

/** The TCP addresses on which a process listens. */
async function listeningAddresses(pid: number): Promise<string[]> {
  const inodes = new Set<string>()
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) ?? []
    if (inode !== undefined) inodes.add(inode)
  }
  const found: string[] = []
  for (const table of ['tcp', 'tcp6']) {
    for (const line of (await readFile(`/proc/${pid}/net/${table}`, 'utf8')).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/)
      const [, local = '', , state] = columns
      if (state !== '0A' || !inodes.has(columns[9] ?? '')) continue
      found.push(table === 'tcp' ? dotted(local) : local)
    }
  }
  return found
}

/** 0100007F:1F90 is 127.0.0.1:8080. */
function dotted(hex: string): string {
  const bytes = hex.slice(0, 8).match(/../g) ?? []
  return `${bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')}:${Number.parseInt(hex.slice(9), 16)}`
}
