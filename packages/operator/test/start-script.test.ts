/** The rules of booting, row by row: the real script, run by a real shell, with programs that only pretend. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aliveScript, readyScript, startScript } from '../src/redis/build/start-script.ts'
import { sessions } from '../testing/scene.ts'

const shells = [['sh'], ['dash'], ['busybox', 'sh']].filter(([program]) =>
  ['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, program ?? ''))),
)
const own = 'sessions-0.sessions-nodes.default.svc'
const host = (ordinal: number): string => `sessions-${ordinal}.sessions-nodes.default.svc`

const cli = `#!/bin/sh
printf '%s\\n' "$*" >>"$FAKES/asked"
printf '%s' "\${REDISCLI_AUTH-}" >"$FAKES/auth"
cat "$FAKES/answers/$2" 2>/dev/null
`
const server = `#!/bin/sh
cat "$1"
`
const getent = `#!/bin/sh
cat "$FAKES/addresses" 2>/dev/null
`

interface Boot {
  readonly record?: string
  readonly instances?: number
  readonly persistence?: 'none' | 'rdb' | 'aof'
  /** Files of the data folder, by path. */
  readonly files?: Readonly<Record<string, string>>
  /** What peers answer to ROLE, by host. */
  readonly peers?: Readonly<Record<string, string>>
  /** What the name service has for the headless Service. */
  readonly addresses?: readonly string[]
  readonly password?: string
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const relocated = (script: string): string =>
  script
    .replaceAll('/etc/orlop', join(folder, 'settings'))
    .replaceAll('/run/orlop', join(folder, 'private'))
    .replaceAll('/run/secrets/orlop/password', join(folder, 'password'))
    .replaceAll('/data/', `${join(folder, 'data')}/`)

const environment = (): Record<string, string> => ({
  PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
  FAKES: folder,
  ENGINE: 'redis',
  POD_NAME: 'sessions-0',
  POD_IP: '10.244.1.10',
})

/** The configuration the instance sessions-0 starts with, without the line that includes the common one. */
async function boot(at: Boot, shell: readonly string[] = ['sh']): Promise<string[]> {
  for (const part of ['settings', 'private', 'data/appendonlydir', 'bin', 'answers'])
    await mkdir(join(folder, part), { recursive: true })
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
  for (const [name, text] of Object.entries({ 'redis-cli': cli, 'redis-server': server, getent })) {
    await write(`bin/${name}`, text)
    await chmod(join(folder, 'bin', name), 0o755)
  }
  await write('start.sh', relocated(startScript(sessions())))
  await write('settings/primary', at.record ?? '')
  await write('settings/instances', String(at.instances ?? 3))
  await write('settings/persistence', at.persistence ?? 'none')
  await write('addresses', (at.addresses ?? []).map((a) => `${a} STREAM sessions-nodes\n`).join(''))
  if (at.password !== undefined) await write('password', at.password)
  for (const [name, text] of Object.entries(at.files ?? {})) await write(`data/${name}`, text)
  for (const [name, text] of Object.entries(at.peers ?? {})) await write(`answers/${name}`, text)
  const [program = 'sh', ...args] = shell
  const env = environment()
  const output = execFileSync(program, [...args, join(folder, 'start.sh')], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  })
  const [, include = '', ...lines] = output.replace(/\n$/, '').split('\n')
  expect(include).toBe(`include ${join(folder, 'settings')}/redis.conf`)
  return lines
}

const announce = `replica-announce-ip ${own}`
const asPrimary = [announce, '']
const fenced = [announce, 'replicaof 127.0.0.1 1']
const replicaOf = (of: string): string[] => [announce, `replicaof ${of} 6379`]
const master = 'master\n1200\n'
const slaveOf = (of: string, offset = 1200): string => `slave\n${of}\n6379\nconnected\n${offset}\n`
const aof = { 'appendonlydir/appendonly.aof.1.incr.aof': 'data' }

const rules: readonly [what: string, at: Boot, starts: () => string[]][] = [
  ['a peer serves: its replica', { peers: { [host(1)]: master } }, () => replicaOf(host(1))],
  [
    'a peer serves, and the record still names this one, with its data: its replica all the same',
    { record: 'sessions-0', persistence: 'aof', files: aof, peers: { [host(2)]: master } },
    () => replicaOf(host(2)),
  ],
  [
    'a peer serves that only the name service knows: its replica, by address',
    { addresses: ['10.244.1.10', '10.244.1.19'], peers: { '10.244.1.19': master } },
    () => replicaOf('10.244.1.19'),
  ],
  [
    'a peer serves, known by name and by address: the name is used',
    { addresses: ['10.244.1.11'], peers: { [host(1)]: master, '10.244.1.11': master } },
    () => replicaOf(host(1)),
  ],
  ['the only instance, empty: a primary', { instances: 1 }, () => asPrimary],
  ['the only instance, recorded: a primary', { instances: 1, record: 'sessions-0' }, () => asPrimary],
  [
    'the only instance of today, but a peer with data follows it: fenced, so that the peer is not emptied',
    {
      instances: 1,
      record: 'sessions-0',
      addresses: ['10.244.1.11'],
      peers: { '10.244.1.11': slaveOf(own) },
    },
    () => fenced,
  ],
  [
    'the same while that peer has lost its link, when ROLE says no offset',
    {
      instances: 1,
      record: 'sessions-0',
      addresses: ['10.244.1.11'],
      peers: { '10.244.1.11': slaveOf(own, -1) },
    },
    () => fenced,
  ],
  [
    'the only instance of today, but another is recorded: its replica',
    { instances: 1, record: 'sessions-1' },
    () => replicaOf(host(1)),
  ],
  [
    'recorded, with its append-only file: a primary',
    { record: 'sessions-0', persistence: 'aof', files: aof, peers: { [host(1)]: slaveOf(own) } },
    () => asPrimary,
  ],
  [
    'recorded, with the single append-only file of 6.2: a primary',
    { record: 'sessions-0', persistence: 'aof', files: { 'appendonly.aof': 'data' } },
    () => asPrimary,
  ],
  ['recorded, but its disk is empty: fenced', { record: 'sessions-0', persistence: 'aof' }, () => fenced],
  [
    'recorded, but its append-only file has nothing in it: fenced',
    {
      record: 'sessions-0',
      persistence: 'aof',
      files: { 'appendonlydir/appendonly.aof.1.incr.aof': '' },
    },
    () => fenced,
  ],
  [
    'recorded, with a snapshot only, which may be old: fenced',
    { record: 'sessions-0', persistence: 'rdb', files: { 'dump.rdb': 'data' } },
    () => fenced,
  ],
  [
    'R4: recorded, in memory only: fenced, so that its emptiness does not reach the replicas',
    { record: 'sessions-0', peers: { [host(1)]: slaveOf(own), [host(2)]: slaveOf(own) } },
    () => fenced,
  ],
  ['another is recorded: its replica', { record: 'sessions-2' }, () => replicaOf(host(2))],
  [
    'another is recorded, and this one has data: its replica all the same',
    { record: 'sessions-2', persistence: 'aof', files: aof },
    () => replicaOf(host(2)),
  ],
  ['nobody is recorded and nobody serves: fenced', {}, () => fenced],
  [
    'nobody is recorded, and it has data: fenced, as others may have newer',
    { persistence: 'aof', files: aof },
    () => fenced,
  ],
  [
    'peers that load or refuse answer nothing of use',
    { peers: { [host(1)]: 'LOADING Redis is loading the dataset in memory\n', [host(2)]: '' } },
    () => fenced,
  ],
]

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))('%s', (_, shell) => {
  test.each(rules)('%s', async (_what, at, starts) => {
    expect(await boot(at, shell)).toEqual(starts())
  })

  test('waits until the process that has the data folder open has ended', async () => {
    await boot({}, shell)
    const lock = join(folder, 'data/.lock')
    // As a server does: it has inherited the lock, and ends when it is told to.
    const before = spawn('flock', [
      lock,
      'sh',
      '-c',
      'echo held; read -r _; echo late >"$0"',
      join(folder, 'late'),
    ])
    await once(before.stdout, 'data')
    const [program = 'sh', ...args] = shell
    const server = `#!/bin/sh\ncat "$FAKES/late"\n`
    await writeFile(join(folder, 'bin/redis-server'), server)
    const starting = spawn(program, [...args, join(folder, 'start.sh')], { env: environment() })
    let said = ''
    starting.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await once(starting.stdout, 'data')
    expect(said).toMatch(/^another process still has .* open; waiting/)
    before.stdin.end('\n')
    const [code] = await once(starting, 'close')
    expect([code, said]).toEqual([0, expect.stringMatching(/starting: .*\nlate\n$/)])
  })

  test('holds the lock on the data folder as long as the server lives', async () => {
    await boot({}, shell)
    const [program = 'sh', ...args] = shell
    await writeFile(join(folder, 'bin/redis-server'), '#!/bin/sh\necho serving; read -r _\n')
    const serving = spawn(program, [...args, join(folder, 'start.sh')], { env: environment() })
    let said = ''
    for await (const text of serving.stdout.setEncoding('utf8')) {
      said += text
      if (said.includes('serving')) break
    }
    const free = (): boolean =>
      spawnSync('flock', ['-n', join(folder, 'data/.lock'), 'true'], { timeout: 10_000 }).status === 0
    expect(free()).toBe(false)
    const closed = once(serving, 'close')
    serving.kill('SIGKILL')
    await closed
    expect(free()).toBe(true)
  })

  test('takes the scripts without complaint', () => {
    const [program = 'sh', ...args] = shell
    for (const script of [startScript(sessions()), readyScript, aliveScript])
      execFileSync(program, [...args, '-n'], { input: script })
  })
})

test('it never asks itself', async () => {
  await boot({ addresses: ['10.244.1.10', '10.244.1.11'] })
  const asked = await readFile(join(folder, 'asked'), 'utf8')
  const hosts = asked
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[1])
  expect(hosts.sort()).toEqual(['10.244.1.11', host(1), host(2)])
})

/** As redis-server reads a quoted word (sdssplitargs), of what the script writes. */
const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1')

describe('a password is passed on as it is', () => {
  test.each([
    'plain',
    'with "quotes" and \'single\' ones',
    'back\\slash \\n \\\\ \\x41',
    ' spaces  around ',
    '$HOME $(id) `id` $x',
    '#not a comment; & | * ? [a] ~ ! %s %n',
    'Grüße ☃',
  ])('%s', async (password) => {
    const lines = await boot({ password })
    const [, , require = '', auth = ''] = lines
    expect(require).toMatch(/^requirepass ".*"$/)
    expect(unquoted(require.slice('requirepass '.length))).toBe(password)
    expect(unquoted(auth.slice('masterauth '.length))).toBe(password)
    expect(await readFile(join(folder, 'auth'), 'utf8')).toBe(password)
    expect(await readFile(join(folder, 'asked'), 'utf8')).not.toContain(password)
  })
})

test('the configuration with the password is readable by its owner only', async () => {
  await boot({ password: 'secret' })
  const mode = execFileSync('stat', ['-c', '%a', join(folder, 'private/redis.conf')], { encoding: 'utf8' })
  expect(mode.trim()).toBe('600')
})
