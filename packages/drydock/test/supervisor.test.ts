import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Client, createClient, loadConnection, type Pod, resources } from '@orlop/kube'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askControl, enter, runningDrydock, stopDrydock } from '../src/control.ts'
import { eventually, isReady } from './node-fixture.ts'

const run = promisify(execFile)

let folder: string
let supervisor: ChildProcess
let client: Client

beforeEach(async () => {
  folder = await mkdtemp('/tmp/up-')
  await start()
})

afterEach(async () => {
  await client.close()
  await stopDrydock(folder, AbortSignal.timeout(60_000))
  if (supervisor.exitCode === null && supervisor.signalCode === null) supervisor.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

test('a pod answers at a loopback address of this machine, and kubectl is let in by the kubeconfig', async () => {
  await createCache()
  expect(await redis(await addressOf('services'), 'SET', 'k', 'v')).toBe('OK')
  expect(await redis(await addressOf('pods'), 'GET', 'k')).toBe('v')
  expect((await addressOf('services')).host).toMatch(/^127\.96\./)
  expect((await addressOf('pods')).host).toMatch(/^127\.244\./)
  const { stdout } = await run('kubectl', ['--kubeconfig', join(folder, 'kubeconfig'), 'get', 'pod/cache'], {
    timeout: 60_000,
    env: { ...process.env, HOME: folder },
  })
  expect(stdout).toMatch(/cache +1\/1 +Running/)
})

test('the port of a node is the same port of this machine, and a policy that denies all is felt there', async () => {
  await createCache()
  await client.patch(
    resources.services,
    { namespace: 'default', name: 'cache' },
    { type: 'merge', body: { spec: { type: 'NodePort' } } },
  )
  const nodePort = await eventually(async () => (await gatewayMap())['nodePorts']?.['default/cache'])
  const [[port = '', address = ''] = []] = Object.entries(nodePort)
  expect(address).toBe(`127.0.0.1:${port}`)
  await eventually(async () => (await redis({ host: '127.0.0.1', port: Number(port) }, 'PING')) === 'PONG')
  await client.create(resources.networkPolicies, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'default', name: 'deny' },
    spec: { podSelector: {} },
  })
  await eventually(async () =>
    redis({ host: '127.0.0.1', port: Number(port) }, 'PING').then(
      () => false,
      () => true,
    ),
  )
})

test('a program that is run inside finds Services by name', async () => {
  await createCache()
  const [program = '', ...args] = await enter(folder)
  const ping = [...args, 'redis-cli', '-h', 'cache.default.svc', 'PING']
  // The name and the way to it come a moment after the pod is ready.
  await eventually(async () => (await run(program, ping, { timeout: 60_000 })).stdout.trim() === 'PONG')
})

test('a daemon that dies is started again: with all objects, the pods and their volumes', async () => {
  await createCache()
  expect(await redis(await addressOf('services'), 'SET', 'k', 'v')).toBe('OK')
  const before = await runningDrydock(folder)
  const uid = (await cachePod()).metadata.uid
  process.kill(before?.daemon ?? 0, 'SIGKILL')
  await eventually(async () => {
    const now = await runningDrydock(folder)
    return now !== undefined && now.daemon !== before?.daemon
  })
  const pod = await eventually(async () => {
    const seen = await cachePod()
    return isReady(seen) && seen.status?.containerStatuses?.[0]?.restartCount === 1 && seen
  })
  expect(pod.metadata.uid).toBe(uid)
  await eventually(async () => (await redis(await addressOf('services'), 'GET', 'k')) === 'v')
})

test('a supervisor that is killed takes everything with it, and the next one finds all objects', async () => {
  await createCache()
  expect(await redis(await addressOf('services'), 'SET', 'k', 'v')).toBe('OK')
  const { daemon = 0 } = (await runningDrydock(folder)) ?? {}
  const inside = await tree(daemon)
  expect(inside.length).toBeGreaterThan(2)
  supervisor.kill('SIGKILL')
  await eventually(async () => (await Promise.all(inside.map(isAlive))).every((alive) => !alive))
  expect(await runningDrydock(folder)).toBeUndefined()
  await client.close()
  await start()
  await eventually(async () => (await redis(await addressOf('services'), 'GET', 'k')) === 'v')
})

test('two do not run on one folder', async () => {
  const second = spawnSupervisor()
  let said = ''
  second.stdout?.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await once(second, 'close')
  expect([said.trim(), code]).toEqual(['AlreadyRunning', 1])
  expect((await runningDrydock(folder))?.pid).toBe(supervisor.pid)
})

test('who stops it gives Redis the time to write its data out', async () => {
  await createCache()
  const log = join(folder, 'pods', (await cachePod()).metadata.uid ?? '', 'containers', 'redis', '0.log')
  await stopDrydock(folder, AbortSignal.timeout(60_000))
  expect(await readFile(log, 'utf8')).toMatch(/ready to exit/)
  expect(await askControl(folder, 'status')).toBeUndefined()
})

test('a companion runs inside and is started again when it ends', async () => {
  await stopDrydock(folder, AbortSignal.timeout(60_000))
  await client.close()
  const script = 'echo "$WORD $$"; exec sleep 1000'
  await start([{ name: 'sleeper', command: 'sh', args: ['-c', script], env: { WORD: 'hello' } }])
  const pids = async (): Promise<number[]> =>
    [...(await readFile(join(folder, 'logs', 'sleeper.log'), 'utf8')).matchAll(/^hello (\d+)$/gm)].map((m) =>
      Number(m[1]),
    )
  const [first] = await eventually(async () => (await pids()).length === 1 && pids())
  const [program = '', ...args] = await enter(folder)
  await run(program, [...args, 'kill', '-9', String(first)], { timeout: 60_000 })
  await eventually(async () => (await pids()).length === 2)
})

test('web pages and other host names are refused at the API, whatever token they bring', async () => {
  const authorization = await bearer()
  const path = '/api/v1/namespaces'
  expect(await statusOf(path, { authorization })).toBe(200)
  expect(await statusOf(path, { authorization: 'Bearer wrong' })).toBe(401)
  expect(await statusOf(path, { authorization, host: 'evil.example' })).toBe(403)
  expect(await statusOf(path, { authorization, origin: 'https://evil.example' })).toBe(403)
})

test('a watch is answered before its first event', async () => {
  const path = '/api/v1/namespaces/default/configmaps'
  const { metadata } = await client.list(resources.configMaps, { namespace: 'default' })
  const query = `watch=true&fieldSelector=metadata.name%3Dnobody&resourceVersion=${metadata.resourceVersion}`
  expect(await statusOf(`${path}?${query}`, { authorization: await bearer() })).toBe(200)
})

test('where a port of this machine is taken another one leads to the Service, and an event says so', async () => {
  const service = await createService()
  const host = (service.spec?.clusterIP ?? '').replace(/^10\./, '127.')
  await eventually(() => addressOf('services'))
  await client.delete(resources.services, { namespace: 'default', name: 'cache' })
  const squatter = await eventually(() => listen(host, 6379))
  try {
    await createCache(host.replace(/^127\./, '10.'))
    const address = await addressOf('services')
    expect(address.host).toBe(host)
    expect(address.port).not.toBe(6379)
    await eventually(async () => (await redis(address, 'PING')) === 'PONG')
    await eventually(async () => {
      const { items } = await client.list(resources.events, { namespace: 'default' })
      return items.some((event) => event.reason === 'HostPortTaken' && event.regarding?.name === 'cache')
    })
  } finally {
    squatter.close()
  }
})

const bearer = async (): Promise<string> => `Bearer ${(await readFile(join(folder, 'token'), 'utf8')).trim()}`

/** The status of an answer of the API, as soon as that is known. */
async function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { apiPort = 0 } = (await runningDrydock(folder)) ?? {}
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(60_000)
    const asked = request({ port: apiPort, path, headers, rejectUnauthorized: false, signal }, (answer) => {
      resolve(answer.statusCode)
      answer.on('error', () => {})
      asked.destroy()
    })
    asked.on('error', reject).end()
  })
}

function spawnSupervisor(companions: readonly unknown[] = []): ChildProcess {
  const program = new URL('supervisor-process.ts', import.meta.url).pathname
  return spawn(process.execPath, ['--no-warnings', program, folder, JSON.stringify(companions)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function start(companions: readonly unknown[] = []): Promise<void> {
  supervisor = spawnSupervisor(companions)
  await eventually(
    () => runningDrydock(folder),
    () => askControl(folder, 'status'),
    60_000,
  )
  client = createClient(await loadConnection({ kubeconfig: join(folder, 'kubeconfig'), env: {} }))
}

function createService(clusterIP?: string) {
  return client.create(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'cache' },
    spec: {
      selector: { app: 'cache' },
      ports: [{ port: 6379 }],
      ...(clusterIP === undefined ? {} : { clusterIP }),
    },
  })
}

/** A Redis with a volume that writes every change to it, and a Service; resolves when it answers. */
async function createCache(clusterIP?: string): Promise<void> {
  await createService(clusterIP)
  await client.create(resources.persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'default', name: 'cache' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })
  const command = ['redis-server', '--appendonly', 'yes', '--appendfsync', 'always', '--protected-mode', 'no']
  await client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: 'cache', labels: { app: 'cache' } },
    spec: {
      containers: [
        {
          name: 'redis',
          image: 'redis:7.2',
          command,
          ports: [{ containerPort: 6379 }],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'cache' } }],
    },
  })
  await eventually(async () => isReady(await cachePod()), cachePod, 60_000)
  await eventually(async () => (await redis(await addressOf('services'), 'PING')) === 'PONG')
}

const cachePod = (): Promise<Pod> => client.get(resources.pods, { namespace: 'default', name: 'cache' })

interface Address {
  readonly host: string
  readonly port: number
}

/** Where the gateway says the cache is. */
function addressOf(kind: 'services' | 'pods'): Promise<Address> {
  return eventually(async () => {
    const [host, port] = (await gatewayMap())[kind]?.['default/cache']?.['6379']?.split(':') ?? []
    return host !== undefined && { host, port: Number(port) }
  })
}

async function gatewayMap(): Promise<Record<string, Record<string, Record<string, string>>>> {
  return JSON.parse(await readFile(join(folder, 'gateway.json'), 'utf8'))
}

async function redis({ host, port }: Address, ...command: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-h', host, '-p', String(port), ...command], { timeout: 30_000 })
  return stdout.trim()
}

function listen(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

/** A process and all that it started, as this machine numbers them. */
async function tree(pid: number): Promise<number[]> {
  const all = [pid]
  for (const parent of all) {
    const tasks = await readdir(`/proc/${parent}/task`).catch(() => [])
    for (const task of tasks) {
      const children = await readFile(`/proc/${parent}/task/${task}/children`, 'utf8').catch(() => '')
      all.push(...children.split(' ').filter(Boolean).map(Number))
    }
  }
  return all
}

async function isAlive(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return state !== undefined && !/\) [ZX] /.test(state)
}
