import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPod, eventually, podReady, type Ship, startShip } from './node-fixture.ts'

const run = promisify(execFile)

let ship: Ship
let door: Server
let kubectl: string[]
beforeAll(async () => {
  ship = await startShip()
  door = await loopback(join(ship.stateDir, 'api.sock'))
  const address = door.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'd',
    clusters: [{ name: 'd', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'd', user: {} }],
    contexts: [{ name: 'd', context: { cluster: 'd', user: 'd', namespace: 'default' } }],
  }
  await writeFile(ship.kubeconfig, JSON.stringify(config), { mode: 0o600 })
  kubectl = ['--kubeconfig', ship.kubeconfig, '--cache-dir', join(ship.stateDir, 'kube-cache')]
  await createPod(ship, 'cache', {
    containers: [
      {
        name: 'redis',
        image: 'redis:7',
        args: ['--protected-mode', 'no'],
        readinessProbe: { tcpSocket: { port: 6379 } },
      },
      {
        name: 'chatty',
        image: 'busybox',
        command: ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done'],
      },
    ],
  })
  await podReady(ship, 'cache')
})
afterAll(async () => {
  door.closeAllConnections()
  door.close()
  await ship.close()
})

/** What kubectl asked to upgrade to, and the answer: it tries the other protocol silently when one is refused. */
const upgrades: string[] = []

/** kubectl speaks no unix sockets, and over plain HTTP it keeps its token to itself: this port goes to the API server's socket and adds it. */
async function loopback(socketPath: string): Promise<Server> {
  const server = createServer((request, response) => {
    const onward = httpRequest(
      {
        socketPath,
        path: request.url,
        method: request.method,
        headers: { ...request.headers, authorization: 'Bearer a-token' },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.on('upgrade', (request, client, head) => {
    const onward = connect(socketPath)
    const lines = [`${request.method} ${request.url} HTTP/1.1`, 'Authorization: Bearer a-token']
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`)
    onward.write(`${lines.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    onward.once('data', (answer: Buffer) =>
      upgrades.push(`${request.headers.upgrade} ${answer.toString().split(' ')[1]}`),
    )
    onward.pipe(client).pipe(onward)
    onward.on('error', () => client.destroy())
    client.on('error', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** How kubectl speaks: WebSocket as it does now, or SPDY as it did before 1.31. */
const protocols = [
  { protocol: 'WebSocket', env: {}, upgraded: ['websocket 101'] },
  {
    protocol: 'SPDY',
    env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' },
    upgraded: ['SPDY/3.1 101'],
  },
]

type Answer = { code: number; stdout: string; stderr: string }

async function ask(
  args: string[],
  o: { env?: Record<string, string>; input?: string } = {},
): Promise<Answer> {
  const child = spawn('kubectl', [...kubectl, ...args], { env: { PATH: process.env.PATH, ...o.env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  child.stdin.end(o.input ?? '')
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) })
  return { code: Number(code), stdout, stderr }
}

test.each(protocols)(
  'kubectl exec over $protocol carries output, input and the exit code',
  async ({ env, upgraded }) => {
    upgrades.length = 0
    expect(await ask(['exec', 'cache', '-c', 'redis', '--', 'redis-cli', 'PING'], { env })).toEqual({
      code: 0,
      stdout: 'PONG\n',
      stderr: '',
    })
    const failed = await ask(
      ['exec', 'cache', '-c', 'redis', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'],
      { env },
    )
    expect(failed.stdout).toBe('out\n')
    expect(failed.stderr).toContain('err\n')
    expect(failed.code).toBe(3)
    const big = 'x'.repeat(300_000)
    const echoed = await ask(['exec', '-i', 'cache', '-c', 'redis', '--', 'wc', '-c'], { env, input: big })
    expect(echoed.stdout.trim()).toBe('300000')
    expect([...new Set(upgrades)]).toEqual(upgraded)
  },
)

test('a command that was executed is in the container, with its name, its user and its file system', async () => {
  const { stdout } = await ask([
    'exec',
    'cache',
    '-c',
    'redis',
    '--',
    'sh',
    '-c',
    'hostname; id -u; pwd; ls -A /root; cat /proc/1/comm; getent hosts cache',
  ])
  const pod = await podReady(ship, 'cache')
  expect(stdout).toBe(`cache\n999\n/data\nredis-server\n${(pod.status?.podIP ?? '').padEnd(15)} cache\n`)
})

test('a terminal in the container is one, of the size of the terminal of kubectl', async () => {
  // kubectl tells the size beside the command, and whichever is there first.
  const inside =
    'sh -c \'test -t 0 && test -t 1 && until [ "$(stty size)" = "31 93" ]; do sleep 0.1; done; stty size; exit 4\''
  const line = `stty cols 93 rows 31; exec kubectl ${kubectl.join(' ')} exec -it cache -c redis -- ${inside}`
  // script(1) gives kubectl a terminal of its own, and ends with its exit code.
  const child = spawn('script', ['-qfec', line, '/dev/null'], { env: { PATH: process.env.PATH } })
  let seen = ''
  child.stdout.on('data', (data: Buffer) => {
    seen += data.toString()
  })
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) })
  expect(seen).toMatch(/^31 93\r\n/)
  expect(code).toBe(4)
})

test('exec into a container that is not there is refused', async () => {
  const answer = await ask(['exec', 'cache', '-c', 'nobody', '--', 'true'])
  expect(answer.code).toBe(1)
  expect(answer.stderr).toContain('nobody')
})

test('kubectl logs: the end of it, and what comes', async () => {
  await eventually(async () => (await ask(['logs', 'cache', '-c', 'chatty'])).stdout.includes('line 3'))
  const { stdout } = await ask(['logs', 'cache', '-c', 'chatty', '--tail=1'])
  expect(stdout).toMatch(/^line \d+\n$/)
  const following = spawn('kubectl', [...kubectl, 'logs', '-f', 'cache', '-c', 'chatty', '--tail=0'])
  const [first] = await once(following.stdout, 'data', { signal: AbortSignal.timeout(60_000) })
  expect(String(first)).toMatch(/^line \d+\n/)
  following.kill()
})

test.each(protocols)('kubectl port-forward over $protocol reaches the server', async ({ env, upgraded }) => {
  upgrades.length = 0
  const child = spawn('kubectl', [...kubectl, 'port-forward', 'pod/cache', ':6379'], {
    env: { PATH: process.env.PATH, ...env },
  })
  try {
    const [said] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(60_000) })
    const port = /127\.0\.0\.1:(\d+)/.exec(String(said))?.[1] ?? ''
    const cli = (...args: string[]): Promise<{ stdout: string }> =>
      run('redis-cli', ['-p', port, ...args], { timeout: 60_000 })
    expect((await cli('PING')).stdout).toBe('PONG\n')
    await cli('SET', 'big', 'x'.repeat(100_000))
    expect((await cli('STRLEN', 'big')).stdout).toBe('100000\n')
    const several = await Promise.all([1, 2, 3].map((n) => cli('ECHO', String(n))))
    expect(several.map((answer) => answer.stdout)).toEqual(['1\n', '2\n', '3\n'])
    expect([...new Set(upgrades)]).toEqual(upgraded)
  } finally {
    child.kill()
  }
})

test('kubectl delete waits until the pod is gone', async () => {
  await createPod(ship, 'leaving', {
    containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1000'] }],
    terminationGracePeriodSeconds: 1,
  })
  await podReady(ship, 'leaving')
  const { stdout } = await ask(['delete', 'pod', 'leaving'])
  expect(stdout).toContain('deleted')
  const { items } = await ship.client.list(resources.pods, {
    namespace: 'default',
    fieldSelector: 'metadata.name=leaving',
  })
  expect(items).toEqual([])
})
