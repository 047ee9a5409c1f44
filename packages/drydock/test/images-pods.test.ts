/** Pods that run in root file systems of the store, beside those that run programs of this machine. */
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Pod } from '@orlop/kube'
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../src/images/image-config.ts'
import { importImage } from '../src/images/import.ts'
import { referenceOf } from '../src/images/reference.ts'
import type { ImageStore } from '../src/images/store.ts'
import { hostPrograms } from '../src/node/programs.ts'
import { storedPrograms } from '../src/node/stored-programs.ts'
import { builtImage, bytes, dockerArchive, emptyStore, tarOf } from './image-fixture.ts'
import { createPod, eventually, logs, podIs, podReady, type Ship, startShip } from './node-fixture.ts'

type PodSpec = NonNullable<Pod['spec']>
type Container = PodSpec['containers'][number]

let ship: Ship
let store: ImageStore
let around: string
let remove: () => Promise<void>

const servers = ['redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'] as const
/** As they are named in a registry. */
const nameOf = (server: string): string =>
  server.replace(/^(redis)-/, '$1:').replace(/^valkey-/, 'valkey/valkey:')

beforeAll(async () => {
  ;({ store, around, remove } = await emptyStore())
  for (const server of servers) {
    const folder = await builtImage(server)
    const { config } = parseConfig(await readFile(join(folder, 'config.json'), 'utf8'))
    await importImage(store, join(folder, 'rootfs'), { reference: referenceOf(nameOf(server)), config })
  }
  const programs = storedPrograms({ store, host: hostPrograms(), pull: undefined })
  ship = await startShip({ programs })
}, 120_000)

afterAll(async () => {
  await ship?.close()
  await remove?.()
})

/** An image like `base` with another configuration. */
async function variant(name: string, config: object): Promise<string> {
  const [base] = (await store.list()).filter((i) => i.reference.endsWith('redis:8.0'))
  if (!base) throw new Error('redis:8.0 is not there')
  const full = {
    entrypoint: [],
    cmd: [],
    env: [],
    workingDir: '',
    user: '',
    exposedPorts: [],
    volumes: [],
    ...config,
  }
  await importImage(store, base.rootfs, { reference: referenceOf(name), config: full })
  return name
}

/** Runs a container to its end; gives what it printed. */
async function output(
  name: string,
  container: Partial<Container>,
  spec: Partial<PodSpec> = {},
): Promise<string> {
  await createPod(ship, name, {
    restartPolicy: 'Never',
    ...spec,
    containers: [{ name: 'c', imagePullPolicy: 'Never', ...container }],
  })
  await podIs(ship, name, (pod) => /Succeeded|Failed/.test(pod.status?.phase ?? ''), 60_000)
  return logs(ship, name)
}

const sh = (script: string): Pick<Container, 'command'> => ({ command: ['sh', '-c', script] })

function ask(ip: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: ip, port: 6379, timeout: 60_000 })
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk
    })
    socket.on('error', reject).on('timeout', () => socket.destroy(new Error('no answer')))
    socket.on('close', () => resolve(answer))
    socket.write(`${text}\r\nQUIT\r\n`)
  })
}

test('four versions of two engines run side by side, each from its own root file system', async () => {
  for (const server of servers) {
    await createPod(ship, server.replaceAll('.', '-'), {
      containers: [
        {
          name: 'server',
          image: nameOf(server),
          imagePullPolicy: 'IfNotPresent',
          args: [
            `${server.split('-')[0]}-server`,
            '--bind',
            '0.0.0.0',
            '--protected-mode',
            'no',
            '--save',
            '',
          ],
          readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 },
          securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true },
        },
      ],
    })
  }
  const versions: Record<string, string> = {}
  for (const server of servers) {
    const pod = await podIs(
      ship,
      server.replaceAll('.', '-'),
      (p) => p.status?.containerStatuses?.[0]?.ready,
      60_000,
    )
    const info = await ask(pod.status?.podIP ?? '', 'INFO server')
    const [, engine = 'redis'] = /server_name:(\w+)/.exec(info) ?? []
    versions[server] = `${engine} ${new RegExp(`${engine}_version:(\\d+\\.\\d+)`).exec(info)?.[1]}`
    expect(pod.status?.containerStatuses?.[0]?.imageID).toBe(
      (await store.find(referenceOf(nameOf(server))))?.id,
    )
  }
  expect(versions).toEqual({
    'redis-7.0': 'redis 7.0',
    'redis-8.0': 'redis 8.0',
    'valkey-8.1': 'valkey 8.1',
    'valkey-9.1': 'valkey 9.1',
  })
})

test('what the store has not, the machine runs, as ever', async () => {
  await createPod(ship, 'host', {
    containers: [{ name: 'c', image: 'redis:7', imagePullPolicy: 'Never', args: ['--save', ''] }],
  })
  const pod = await podReady(ship, 'host')
  expect(pod.status?.containerStatuses?.[0]?.imageID).toMatch(/^host:\/\//)
})

test('ENTRYPOINT, CMD, ENV, WORKDIR and USER of an image are obeyed', async () => {
  const image = await variant('obeyed:1', {
    entrypoint: ['sh', '-c', 'echo "$0 $* $A $B $PWD $HOME $(id -u):$(id -g)"'],
    cmd: ['one', 'two'],
    env: ['A=of-image', 'B=has = signs', 'PATH=/usr/bin:/bin'],
    workingDir: '/made/for/it',
    user: 'app',
  })
  expect(await output('obeyed', { image })).toBe('one two of-image has = signs /made/for/it /data 999:999\n')
})

test('args replace CMD, command replaces both, env and workingDir of the pod win', async () => {
  const image = await variant('replaced:1', {
    entrypoint: ['echo', 'entry'],
    cmd: ['cmd'],
    env: ['A=image', 'B=image'],
    workingDir: '/data',
  })
  const env = [
    { name: 'A', value: 'pod' },
    { name: 'C', value: '$(A)+$(B)' },
  ]
  expect(await output('args', { image, args: ['$(A)', 'x'], env })).toBe('entry pod x\n')
  expect(await output('command', { image, command: ['echo'] })).toBe('\n')
  expect(await output('both', { image, command: ['echo'], args: ['y'] })).toBe('y\n')
  expect(await output('env', { image, env, workingDir: '/tmp', ...sh('echo $A $B $C $PWD') })).toBe(
    'pod image pod+$(B) /tmp\n',
  )
})

test.each([
  ['7', {}, '7:0'],
  ['app', {}, '999:999'],
  ['app:nogroup', {}, '999:65534'],
  ['5:6', {}, '5:6'],
  ['', {}, '0:0'],
  ['app', { runAsUser: 12 }, '12:0'],
  ['', { runAsUser: 999 }, '999:999'],
  ['app', { runAsUser: 12, runAsGroup: 13 }, '12:13'],
  ['app', { runAsGroup: 13 }, '999:13'],
] as const)('USER "%s" with %j is %s', async (user, securityContext, expected) => {
  const name = `user-${[user, ...Object.values(securityContext)].join('-').replaceAll(':', '-')}-x`.replace(
    '--',
    '-',
  )
  const image = await variant(`${name}:1`, { user })
  expect(await output(name, { image, securityContext, ...sh('echo $(id -u):$(id -g)') })).toBe(
    `${expected}\n`,
  )
})

test.each([
  ['0', 'container has runAsNonRoot and image will run as root (pod: "'],
  ['', 'container has runAsNonRoot and image will run as root (pod: "'],
  [
    'app',
    'container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root (pod: "',
  ],
])('USER "%s" is refused where the pod must not be root', async (user, message) => {
  const name = `nonroot-${user}x`
  const image = await variant(`${name}:1`, { user, cmd: ['true'] })
  await createPod(ship, name, {
    securityContext: { runAsNonRoot: true },
    containers: [{ name: 'c', image, imagePullPolicy: 'Never' }],
  })
  const pod = await podIs(ship, name, (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.message)
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting
  expect(waiting?.reason).toBe('CreateContainerConfigError')
  expect(waiting?.message).toContain(message)
})

test('an image without a command, and a USER nobody knows, cannot be started', async () => {
  for (const [name, config, message] of [
    ['nothing', {}, 'no command specified'],
    ['stranger', { user: 'stranger', cmd: ['true'] }, 'unable to find user stranger'],
  ] as const) {
    const image = await variant(`${name}:1`, config)
    await createPod(ship, name, { containers: [{ name: 'c', image, imagePullPolicy: 'Never' }] })
    const pod = await podIs(ship, name, (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.message)
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting).toMatchObject({
      reason: 'CreateContainerError',
      message: expect.stringContaining(message),
    })
  }
})

test('what a container writes is its own, and gone when it starts again', async () => {
  const image = await variant('layer:1', {
    cmd: ['sh', '-c', 'ls /etc/mark; echo x > /etc/mark && rm /bin/ls; exit 1'],
  })
  await createPod(ship, 'layer', { containers: [{ name: 'c', image, imagePullPolicy: 'Never' }] })
  const beside = await output('beside', { image, ...sh('ls -d /etc/mark /bin/ls') })
  await podIs(ship, 'layer', (p) => (p.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2, 60_000)
  // Each run found /bin/ls, and no mark.
  const previous = await logs(ship, 'layer', '?previous=true')
  expect(previous).toMatch(/\/etc\/mark.*No such file/)
  expect(beside).toMatch(/No such file/)
  expect(beside).toMatch(/^\/bin\/ls$/m)
})

test('a read-only root can be written nowhere but in volumes', async () => {
  const image = await variant('ro:1', {})
  const securityContext = { readOnlyRootFilesystem: true }
  const script =
    'for d in / /tmp /etc /data /var /new/volume; do touch $d/x 2>/dev/null && echo $d; done; cat /etc/hostname; true'
  const said = await output(
    'ro',
    { image, securityContext, ...sh(script), volumeMounts: [{ name: 'v', mountPath: '/new/volume' }] },
    { volumes: [{ name: 'v', emptyDir: {} }] },
  )
  expect(said).toBe('/new/volume\nro\n')
})

test("a VOLUME of the image can be written under a read-only root, begins as the image has it, and gives way to the pod's", async () => {
  const image = await variant('volume:1', { volumes: ['/etc', '/var/new', '/data'] })
  const script =
    'touch /etc/x /var/new/x && wc -l < /etc/group; touch /data/x 2>/dev/null || echo the pod has /data; touch /x 2>/dev/null || echo read-only'
  const said = await output(
    'volume',
    {
      image,
      ...sh(script),
      securityContext: { readOnlyRootFilesystem: true },
      volumeMounts: [{ name: 'v', mountPath: '/data', readOnly: true }],
    },
    { volumes: [{ name: 'v', emptyDir: {} }] },
  )
  expect(said).toBe('3\nthe pod has /data\nread-only\n')
})

test('host name, hosts and name servers are those of the pod', async () => {
  const image = await variant('names:1', {})
  const said = await output('names', {
    image,
    ...sh('hostname; cat /etc/hosts /etc/resolv.conf; echo $HOSTNAME'),
  })
  expect(said).toMatch(/^names\n[\s\S]*\tnames\n[\s\S]*nameserver 10\.96\.0\.10[\s\S]*\nnames\n$/)
})

test('nothing of this machine is in reach: neither state, nor homes, nor other pods', async () => {
  const home = join(around, 'home')
  await writeFile(home, 'private')
  await createPod(ship, 'neighbour', {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      {
        name: 'c',
        image: 'busybox',
        ...sh('echo theirs > /v/x; sleep 600'),
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      },
    ],
  })
  await podReady(ship, 'neighbour')
  const image = await variant('curious:1', {})
  const script = [
    `cat ${home} ${ship.stateDir}/token ${ship.stateDir}/db.sqlite`,
    `ls /oldroot /newroot ${ship.stateDir} ${around} /proc/1/root${ship.stateDir}`,
    'find / -xdev -name "*.sqlite*" -o -xdev -name "token*"',
    'cat /proc/self/mountinfo | cut -d" " -f5 | sort',
  ].join('; ')
  const lines = (await output('curious', { image, ...sh(`{ ${script}; } 2>/dev/null`) })).trim().split('\n')
  // Nothing was read; the mounts are these, and no other file system of the machine.
  expect(lines.filter((mount) => !/^\/(dev|proc)(\/|$)/.test(mount))).toEqual([
    '/',
    '/etc/hostname',
    '/etc/hosts',
    '/etc/resolv.conf',
  ])
})

test('links of an image do not lead a mount out of it', async () => {
  const busybox = await readFile(join(await builtImage('redis-8.0'), 'rootfs/bin/busybox'))
  const trap = `${around}/trap`
  const layer = await tarOf([
    ['bin/busybox', busybox, 0o755],
    { name: 'bin/sh', type: 'symlink', linkname: 'busybox' },
    { name: 'data', type: 'symlink', linkname: `/oldroot${around}` },
    { name: 'etc', type: 'symlink', linkname: '/real/etc' },
  ])
  await importImage(store, bytes(await dockerArchive([layer], { tags: ['trap:1'] })))
  const said = await output(
    'trap',
    {
      image: 'trap:1',
      command: [
        '/bin/sh',
        '-c',
        'echo mine > /data/trap/x; /bin/busybox cat /data/trap/x /real/etc/hostname',
      ],
      volumeMounts: [{ name: 'v', mountPath: '/data/trap' }],
    },
    { volumes: [{ name: 'v', emptyDir: {} }] },
  )
  expect(said).toBe('mine\ntrap\n')
  await expect(readFile(join(trap, 'x'))).rejects.toThrow('ENOENT')
})

test('Never waits for an image that is not there, and starts when it comes', async () => {
  await createPod(ship, 'never', {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'later:1', imagePullPolicy: 'Never', command: ['true'] }],
  })
  const waiting = await podIs(ship, 'never', (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.message)
  expect(waiting.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: 'ErrImageNeverPull',
    message: 'Container image "later:1" is not present with pull policy of Never',
  })
  await variant('later:1', {})
  await podIs(ship, 'never', (p) => p.status?.phase === 'Succeeded')
  const said = await eventually(async () => {
    const { items } = await ship.client.list(resources.events, { namespace: 'default' })
    const own = items.filter((e) => e.regarding?.name === 'never').map((e) => `${e.type} ${e.reason}`)
    return own.includes('Normal Pulled') && own
  })
  expect(said).toEqual(
    expect.arrayContaining(['Warning ErrImageNeverPull', 'Warning Failed', 'Normal Pulled']),
  )
})

test('a name that is none is told so', async () => {
  await createPod(ship, 'badname', { containers: [{ name: 'c', image: 'NO/Such:image:name' }] })
  const pod = await podIs(ship, 'badname', (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.message)
  expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('InvalidImageName')
})
