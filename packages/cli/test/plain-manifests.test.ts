import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Client, type Pod, resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHome, eventually, examples, type Home } from './orlop.ts'
import { redisCli } from './redis-cli.ts'

const run = promisify(execFile)
const plain = join(examples, 'plain')
const within = 300_000
let home: Home
let client: Client

beforeAll(async () => {
  home = await createHome()
  await home.ok('up')
  client = await home.client()
}, within)

afterAll(() => home.remove(), within)

/** Sentinels look every ten seconds, and machines may be busy. */
const soon = <T>(what: string, ask: () => Promise<T | false | undefined>): Promise<T> =>
  eventually(what, ask, 120_000)

/** Brings up one of the files and gives what was printed. */
const up = (file: string): Promise<string> => home.ok('up', '--timeout', '80', '-f', join(plain, file))

test('every file is tried here', async () => {
  const own = await readFile(import.meta.filename, 'utf8')
  const files = (await readdir(plain)).filter((name) => name.endsWith('.yaml'))
  expect(files.filter((name) => !own.includes(`up('${name}')`))).toEqual([])
})

test(
  'a single Redis keeps what was written through its Service when its pod is replaced; it is filled, measured and fenced in',
  async () => {
    const printed = await up('single-redis.yaml')
    const [, address] = /Service redis is at (\S+)/.exec(printed) ?? []
    const uri = `redis://default:change-me-please@${address}`
    await soon('it takes a write', async () => (await redisCli(uri, 'SET', 'k', 'v')) === 'OK')
    const pod = { namespace: 'default', name: 'redis-0' }
    const { uid } = (await client.get(resources.pods, pod)).metadata
    await client.delete(resources.pods, pod)
    await soon('another pod is ready', async () => {
      const { metadata, status } = await client.get(resources.pods, pod)
      return (
        metadata.uid !== uid && status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
      )
    })
    await soon('the data is back', async () => (await redisCli(uri, 'GET', 'k')) === 'v')
    expect(await redisCli(uri, 'CONFIG', 'GET', 'maxmemory-policy')).toMatch(/allkeys-lru/)

    await up('redis-exporter.yaml')
    const exporter = await here('redis-exporter', 9121)
    await soon('the exporter sees Redis', async () =>
      /^redis_up 1$/m.test(await (await fetch(`http://${exporter}/metrics`)).text()),
    )

    await up('warm-up-job.yaml')
    expect(await redisCli(uri, 'DBSIZE')).toBe('10001')
    expect(await redisCli(uri, 'GET', 'product:7777')).toBe('value-7777')

    expect(await tries('before', {})).toBe('Succeeded')
    await up('network-policy.yaml')
    let strangers = 0
    await soon(
      'strangers are shut out',
      async () => (await tries(`stranger-${strangers++}`, {}, 3)) === 'Failed',
    )
    expect(await tries('client', { 'redis-client': 'true' })).toBe('Succeeded')
  },
  within,
)

test(
  'replicas follow the primary, and each has its Service',
  async () => {
    await up('primary-and-replicas.yaml')
    const primary = `redis://${await here('redis-primary', 6379)}`
    const replicas = `redis://${await here('redis-replicas', 6379)}`
    await soon('it takes a write', async () => (await redisCli(primary, 'SET', 'k', 'v')) === 'OK')
    await soon('the write arrives', async () => (await redisCli(replicas, 'GET', 'k')) === 'v')
    expect(await redisCli(replicas, 'SET', 'k', 'w')).toMatch(/READONLY/)
  },
  within,
)

test(
  'Sentinels agree on a primary that takes writes, and on another when it is gone',
  async () => {
    await up('sentinel.yaml')
    const sentinel = `redis://${await here('cache-sentinel', 26_379)}`
    const primary = async (): Promise<string> =>
      (await redisCli(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'cache')).split('\n')[0] ?? ''
    const first = await soon('they know a primary', async () => {
      const host = await primary()
      return host.includes('.') && host
    })
    await soon('they see each other', async () => {
      const info = await redisCli(sentinel, 'INFO', 'sentinel')
      return /status=ok,address=\S+,slaves=2,sentinels=3/.test(info)
    })
    expect(await inside('redis-cli', '-h', first, 'SET', 'k', 'v')).toBe('OK')
    expect(await inside('redis-cli', '-h', first, 'WAIT', '2', '60000')).toBe('2')
    await client.delete(
      resources.pods,
      { namespace: 'default', name: first.split('.')[0] ?? '' },
      { gracePeriodSeconds: 0 },
    )
    // Each Sentinel hears of it by itself, and the one that is asked may be the last.
    const next = await soon('another primary takes writes', async () => {
      const host = await primary()
      if (host === first || !host.includes('.')) return false
      return (await inside('redis-cli', '-h', host, 'SET', 'l', 'w')) === 'OK' && host
    })
    expect(await inside('redis-cli', '-h', next, 'GET', 'k')).toBe('v')
  },
  within,
)

test(
  'a Job forms a cluster of six nodes',
  async () => {
    await up('six-node-cluster.yaml')
    // Each node hears by itself that all slots are served.
    const ask = (...command: string[]) => inside('redis-cli', '-c', '-h', 'redis-cluster', ...command)
    await soon('it takes a write', async () => (await ask('SET', 'k', 'v')) === 'OK')
    await soon('it has it', async () => (await ask('GET', 'k')) === 'v')
    const uri = `redis://${await here('redis-cluster', 6379)}`
    await soon('all is well', async () =>
      /cluster_slots_ok:16384[\s\S]*cluster_known_nodes:6[\s\S]*cluster_size:3/.test(
        await redisCli(uri, 'CLUSTER', 'INFO'),
      ),
    )
  },
  within,
)

test(
  'Memcached answers behind one address, and each by its own',
  async () => {
    await up('memcached-deployment.yaml')
    const pool = await here('memcached', 11_211)
    // The way to a pod is there a moment after the pod is.
    await soon('it stores', async () => (await memcached(pool, 'set k 0 0 1\r\nv\r\n')) === 'STORED')
    expect(await memcached(pool, 'get k\r\n')).toBe('VALUE k 0 1\r\nv\r\nEND')
    await up('memcached-statefulset.yaml')
    for (const name of ['memcached-pool-0', 'memcached-pool-1', 'memcached-pool-2']) {
      const address = await soon(
        `an address for ${name}`,
        async () => (await gateway()).pods[`default/${name}`]?.['11211'],
      )
      const request = `set who 0 0 ${name.length}\r\n${name}\r\n`
      await soon(`${name} stores`, async () => (await memcached(address, request)) === 'STORED')
      expect(await memcached(address, 'get who\r\n')).toContain(name)
      await soon(`${name} has a name`, async () =>
        /^10\.244\./.test(await inside('getent', 'hosts', `${name}.memcached-pool`)),
      )
    }
  },
  within,
)

test(
  'a mistake shows as it does on a real cluster: a crash loop, and the words of the server in its log',
  async () => {
    const wrong = (await readFile(join(plain, 'single-redis.yaml'), 'utf8'))
      .replaceAll('redis-config', 'wrong-config')
      .replaceAll('redis-password', 'wrong-password')
      .replaceAll(/^( {2}name:|.*app:|.*serviceName:) ?redis(}?)$/gm, '$1 wrong$2')
      .replace('allkeys-lru', 'allkeys-lruu')
    const failed = await home.orlop('up', '--timeout', '25', '-f', await home.file('wrong.yaml', wrong))
    expect(failed.code).not.toBe(0)
    expect(failed.stdout + failed.stderr).toMatch(/wrong-0: (CrashLoopBackOff|Error, exit code 1)/)
    await soon('the crash loop', async () =>
      /wrong-0 +0\/1 +CrashLoopBackOff/.test(await kubectl('get', 'pods')),
    )
    await soon('the words of the server', async () =>
      /FATAL CONFIG FILE ERROR[\s\S]*argument\(s\) must be one of the following/.test(
        await kubectl('logs', 'wrong-0'),
      ),
    )
    await soon('the event', async () =>
      /BackOff[^\n]*restarting failed container redis/.test(await kubectl('describe', 'pod', 'wrong-0')),
    )
  },
  within,
)

interface GatewayMap {
  readonly services: Record<string, Record<string, string>>
  readonly pods: Record<string, Record<string, string>>
}

async function gateway(): Promise<GatewayMap> {
  return JSON.parse(await readFile(join(home.folder, 'gateway.json'), 'utf8'))
}

/** Where this machine reaches a Service. */
async function here(service: string, port: number): Promise<string> {
  return await soon(
    `an address for ${service}`,
    async () => (await gateway()).services[`default/${service}`]?.[port],
  )
}

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--kubeconfig', join(home.folder, 'kubeconfig'), ...args], {
    timeout: 60_000,
  })
  return stdout
}

/** Runs a program inside the cluster. */
async function inside(...command: string[]): Promise<string> {
  return (await home.ok('run', '--', ...command)).trim()
}

/** How a pod with these labels ends that asks Redis for an answer. */
async function tries(name: string, labels: Record<string, string>, seconds = 60): Promise<string> {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name, labels },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'main',
          image: 'redis:7.2',
          command: ['timeout', String(seconds), 'redis-cli', '-h', 'redis', '-a', 'change-me-please', 'PING'],
        },
      ],
    },
  }
  await client.create(resources.pods, pod)
  return await soon(`the end of ${name}`, async () => {
    const phase = (await client.get(resources.pods, { namespace: 'default', name })).status?.phase
    return (phase === 'Succeeded' || phase === 'Failed') && phase
  })
}

/** What a Memcached answers to one request. */
async function memcached(address: string, request: string): Promise<string> {
  const [host = '', port = ''] = address.split(':')
  const socket = connect(Number(port), host)
  socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer from ${address}`)))
  socket.end(request)
  let answer = ''
  for await (const text of socket.setEncoding('utf8')) {
    answer += text
    if (/(STORED|END|ERROR)\r\n$/.test(answer)) break
  }
  return answer.trim()
}
