/** What a person does with kubectl in a running pod. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Pod, resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { isReady } from './node-fixture.ts'
import { type Fleet, namespace, startFleet } from './nodes-fixture.ts'

// Each waits for several things in turn.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 })

let fleet: Fleet
let folder: string

beforeAll(async () => {
  fleet = await startFleet(1)
  folder = await mkdtemp(join(tmpdir(), 'attached-'))
})
afterAll(async () => {
  await fleet.close()
  await rm(folder, { recursive: true, force: true })
})

type Container = NonNullable<Pod['spec']>['containers'][number]

async function createPod(name: string, container: Partial<Container>): Promise<Pod> {
  await fleet.drydock.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'c', image: 'busybox', ...container }],
    },
  })
  return fleet.until(async () => {
    const pod = await fleet.pod(name)
    return pod && isReady(pod) && pod
  })
}

/** kubectl with something to say, and what it heard so far. */
function talk(...args: string[]): { child: ChildProcess; heard(): string } {
  const child = spawn('kubectl', ['--kubeconfig', fleet.kubeconfig, ...args], { timeout: 180_000 })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)))
  return { child, heard: () => text }
}

const over = (pod: Pod | undefined): boolean => pod?.status?.phase === 'Succeeded'

test('attach -i speaks to a container, and its end is the end of the input where it is read once', async () => {
  await createPod('reader', {
    stdin: true,
    stdinOnce: true,
    command: ['sh', '-c', 'echo ready; cat; echo end'],
  })
  const { child, heard } = talk('attach', '-i', 'reader')
  child.stdin?.write('hello\n')
  await fleet.until(async () => heard().includes('hello'))
  child.stdin?.end()
  await fleet.until(async () => over(await fleet.pod('reader')))
  expect((await fleet.kubectl('logs', 'reader')).out).toBe('ready\nhello\nend\n')
})

test('without stdinOnce the input stays open for whoever comes next', async () => {
  await createPod('patient', {
    stdin: true,
    command: ['sh', '-c', 'read a; echo heard $a; read b; echo heard $b'],
  })
  for (const word of ['one', 'two']) {
    const { child } = talk('attach', '-i', 'patient')
    child.stdin?.end(`${word}\n`)
    await fleet.until(async () => (await fleet.kubectl('logs', 'patient')).out.includes(`heard ${word}`))
    child.kill()
  }
  await fleet.until(async () => over(await fleet.pod('patient')))
  expect((await fleet.kubectl('logs', 'patient')).out).toBe('heard one\nheard two\n')
})

test('run -i --rm gives its input to a pod of its own, shows what that says, and leaves nothing', async () => {
  const args = ['run', 'once', '--rm', '-i', '--quiet', '--restart=Never', '--image=busybox', '--']
  const { child, heard } = talk(...args, 'sh', '-c', 'wc -c; sleep 0.3')
  child.stdin?.end('x'.repeat(1000))
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(120_000) })
  expect(heard()).toContain('1000')
  expect(code).toBe(0)
  await fleet.until(async () => (await fleet.pod('once')) === undefined)
})

/** A command or an attachment with a terminal, over a WebSocket to the node. */
function terminal(path: string): { socket: WebSocket; said(): string; status(): unknown } {
  const query = `stdin=true&stdout=true&tty=true`
  const url = `ws+unix:${join(fleet.stateDir, 'nodes', 'node-1.sock')}:${path}${query}`
  const socket = new WebSocket(url, ['v5.channel.k8s.io'])
  const text = ['', '', '', '']
  socket.on('message', (data: Buffer) => {
    text[data[0] ?? 0] += data.subarray(1).toString()
  })
  return { socket, said: () => text[1] ?? '', status: () => JSON.parse(text[3] ?? '') }
}
const type = (socket: WebSocket, text: string): void =>
  socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)]))
const resize = (socket: WebSocket, Width: number, Height: number): void =>
  socket.send(Buffer.concat([Buffer.from([4]), Buffer.from(JSON.stringify({ Width, Height }))]))

test('a terminal of a command follows the size of the one it is shown in, and echoes', async () => {
  await createPod('calm', { command: ['sleep', '600'] })
  const { socket, said, status } = terminal(`/exec/default/calm/c?command=sh&`)
  await once(socket, 'open')
  resize(socket, 100, 30)
  type(socket, 'stty size\n')
  await fleet.until(async () => /stty size\r\n.*30 100\r\n/s.test(said()))
  resize(socket, 77, 22)
  await fleet.until(async () => {
    type(socket, 'stty size\n')
    return said().includes('22 77\r\n')
  })
  type(socket, 'exit 3\n')
  await once(socket, 'close', { signal: AbortSignal.timeout(60_000) })
  expect(status()).toMatchObject({ details: { causes: [{ reason: 'ExitCode', message: '3' }] } })
})

test('a container with a terminal is spoken to like a terminal, and ends as its program ends', async () => {
  await createPod('shell', { stdin: true, tty: true, command: ['bash', '-i'] })
  const { socket, said } = terminal(`/attach/default/shell/c?`)
  await once(socket, 'open')
  resize(socket, 90, 20)
  await fleet.until(async () => {
    type(socket, 'stty size\n')
    return said().includes('20 90\r\n')
  })
  type(socket, 'exit 5\n')
  const ended = await fleet.until(async () => {
    const pod = await fleet.pod('shell')
    return pod?.status?.phase === 'Failed' && pod
  })
  expect(ended.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(5)
})

test('port-forward reaches what listens on the localhost of the pod alone', async () => {
  await createPod('shy', {
    image: 'redis:7',
    args: ['--bind', '127.0.0.1'],
    readinessProbe: { exec: { command: ['redis-cli', 'ping'] }, periodSeconds: 1, timeoutSeconds: 30 },
  })
  const { child, heard } = talk('port-forward', 'pod/shy', ':6379')
  const port = await fleet.until(async () => /127\.0\.0\.1:(\d+) ->/.exec(heard())?.[1])
  const socket = connect({ host: '127.0.0.1', port: Number(port) })
  let answer = ''
  socket.on('data', (data) => (answer += String(data)))
  socket.write('PING\r\n')
  await fleet.until(async () => answer === '+PONG\r\n')
  socket.destroy()
  child.kill()
})

test('cp brings files in and out, also large ones', async () => {
  await createPod('files', { command: ['sleep', '600'] })
  const [there, back] = [join(folder, 'there'), join(folder, 'back')]
  const bytes = Buffer.alloc(3_000_000, 'some bytes')
  await writeFile(there, bytes)
  const into = await fleet.kubectl('cp', there, `${namespace}/files:/tmp/copy`)
  expect([into.code, into.out]).toEqual([0, ''])
  await fleet.kubectl('cp', `${namespace}/files:/tmp/copy`, back)
  expect((await readFile(back)).equals(bytes)).toBe(true)
})
