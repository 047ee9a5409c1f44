import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createPod, eventually, podGone, podReady, type Ship, startShip } from './node-fixture.ts'

let ship: Ship
beforeAll(async () => {
  ship = await startShip()
  await createPod(ship, 'cache', {
    containers: [
      {
        name: 'redis',
        image: 'redis:7',
        args: ['--protected-mode', 'no'],
        readinessProbe: { tcpSocket: { port: 6379 } },
      },
    ],
  })
  await podReady(ship, 'cache')
})
afterAll(() => ship.close())

/** A WebSocket to the node, and what it said on each channel. */
function open(
  path: string,
  protocol: string,
): { socket: WebSocket; said: Map<number, Buffer>; code: Promise<number> } {
  const socket = new WebSocket(`ws+unix:${join(ship.stateDir, 'nodes', 'one.sock')}:${path}`, [protocol])
  const said = new Map<number, Buffer>()
  socket.on('message', (data: Buffer) => {
    const channel = data[0] ?? 0
    said.set(channel, Buffer.concat([said.get(channel) ?? Buffer.alloc(0), data.subarray(1)]))
  })
  const code = new Promise<number>((resolve) => socket.on('close', resolve))
  return { socket, said, code }
}

test('port-forward by channels begins each with its port and carries the connection', async () => {
  const { socket, said, code } = open('/portForward/default/cache?ports=6379', 'v4.channel.k8s.io')
  await eventually(async () => said.get(0)?.length === 2 && said.get(1)?.length === 2)
  expect([said.get(0)?.readUInt16LE(0), said.get(1)?.readUInt16LE(0)]).toEqual([6379, 6379])
  socket.send(Buffer.concat([Buffer.from([0]), Buffer.from('PING\r\nQUIT\r\n')]))
  expect(await code).toBe(1000)
  expect(said.get(0)?.subarray(2).toString()).toBe('+PONG\r\n+OK\r\n')
})

test('a port that nobody listens on is told on its error channel', async () => {
  const { said, code } = open('/portForward/default/cache?ports=1', 'v4.channel.k8s.io')
  expect(await code).toBe(1000)
  expect(said.get(1)?.subarray(2).toString()).toContain('ECONNREFUSED')
})

test('the end of the input is the end of the input', async () => {
  const { socket, said, code } = open(
    '/exec/default/cache/redis?command=wc&command=-c&stdin=true&stdout=true',
    'v5.channel.k8s.io',
  )
  await eventually(async () => socket.readyState === WebSocket.OPEN)
  socket.send(Buffer.concat([Buffer.from([0]), Buffer.from('12345')]))
  socket.send(Buffer.from([255, 0]))
  expect(await code).toBe(1000)
  expect(said.get(1)?.toString()).toBe('5\n')
  expect(JSON.parse(said.get(3)?.toString() ?? '')).toEqual({ metadata: {}, status: 'Success' })
})

test('an exit code comes as a Status', async () => {
  const { said, code } = open(
    '/exec/default/cache/redis?command=sh&command=-c&command=exit%209&stdout=true',
    'v4.channel.k8s.io',
  )
  expect(await code).toBe(1000)
  expect(JSON.parse(said.get(3)?.toString() ?? '')).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '9' }] },
  })
})

test('a command ends when its client goes away, and does not keep its pod from ending', async () => {
  await createPod(ship, 'left', { containers: [{ name: 'c', image: 'redis:7' }] })
  await podReady(ship, 'left')
  for (let i = 0; i < 5; i++) {
    const { socket } = open(
      '/exec/default/left/c?command=sleep&command=7654&stdout=true',
      'v5.channel.k8s.io',
    )
    await eventually(sleeping)
    socket.terminate()
    await eventually(async () => !(await sleeping()))
  }
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'left' })
  await podGone(ship, 'left')
})

async function sleeping(): Promise<boolean> {
  const lines = await Promise.all(
    (await readdir('/proc')).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return lines.some((line) => line.startsWith('sleep\u00007654'))
}

test('attach shows what the container says from now on', async () => {
  await createPod(ship, 'chatty', {
    containers: [
      { name: 'c', image: 'busybox', command: ['sh', '-c', 'while :; do echo again; sleep 0.1; done'] },
    ],
  })
  await podReady(ship, 'chatty')
  const { socket, said } = open('/attach/default/chatty/c?stdout=true&stderr=true', 'v4.channel.k8s.io')
  await eventually(async () => said.get(1)?.toString().includes('again\nagain\n'))
  socket.close()
})

test('what cannot be served is refused before the upgrade', async () => {
  const refused = (path: string): Promise<string> =>
    new Promise((resolve) =>
      open(path, 'v4.channel.k8s.io').socket.on('error', (error) => resolve(error.message)),
    )
  expect(await refused('/exec/default/nobody/c?command=true&stdout=true')).toContain('404')
  expect(await refused('/exec/default/cache/redis?stdout=true')).toContain('400')
  expect(await refused('/portForward/default/cache?ports=x')).toContain('400')
})
