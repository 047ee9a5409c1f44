import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient, resources } from '@orlop/kube'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { firstWord, insidePid, startDaemon } from '../src/daemon-process.ts'
import { paths, prepareState } from '../src/state.ts'
import { Writer } from './many-kills-writer.ts'
import { eventually } from './node-fixture.ts'

/** `make test-faults` and CI take a hundred. */
const kills = Number(process.env['KILLS'] ?? 25)
/** Told in the output: the same seed gives the same moments, as far as a machine can. */
const seed = Number(process.env['SEED'] ?? Date.now() % 1e6)

let folder: string
let daemon: ChildProcess
let client: Client

beforeEach(async () => {
  folder = await mkdtemp('/tmp/kills-')
  const { token } = await prepareState(folder)
  client = createClient({ server: 'http://drydock', socketPath: paths.apiSocket(folder), token })
  daemon = start()
  await firstWord(daemon)
})

afterEach(async () => {
  await kill()
  await client.close()
  await rm(folder, { recursive: true, force: true })
})

test(`killed ${kills} times at random moments it forgets no acknowledged write, and no pod's process is left or started twice`, async () => {
  const random = numbers(seed)
  // sleep adds up what it is told to sleep: a fraction is a mark that it bears.
  const mark = `0.000${seed}${process.pid}`
  for (const name of ['pod-1', 'pod-2', 'pod-3']) await client.create(resources.pods, pod(name, mark))
  await eventually(async () => (await processes(mark)).length === 3)

  const over = new AbortController()
  const writers = [0, 1, 2, 3].map((i) => new Writer(client, `writer-${i}`, numbers(seed + i + 1)))
  const writing = Promise.all(writers.map((writer) => writer.run(over.signal)))
  let revision = 0
  let mostAtOnce = 0
  for (let n = 0; n < kills; n++) {
    // Some die while they start, some while they work.
    const until = Date.now() + random() * 1200
    while (Date.now() < until) {
      mostAtOnce = Math.max(mostAtOnce, ...perPod(await processes(mark)).values())
      await sleep(5)
    }
    await kill()
    expect(await processes(mark), `left behind by kill ${n + 1}`).toEqual([])
    daemon = start()
    // Every third is left to start in peace, so that something is written between.
    if (n % 3 !== 0) continue
    await firstWord(daemon)
    const { metadata } = await client.list(resources.configMaps, { namespace: 'default', limit: 1 })
    const acknowledged = Math.max(revision, ...writers.map((w) => w.tally.revision))
    revision = Number(metadata.resourceVersion)
    expect(revision, `the revision after kill ${n + 1}`).toBeGreaterThanOrEqual(acknowledged)
  }
  over.abort()
  await writing
  await eventually(async () => (await client.list(resources.pods, {})).items.length === 3)
  for (const writer of writers) await writer.check()
  await eventually(async () => perPod(await processes(mark)).size === 3)
  mostAtOnce = Math.max(mostAtOnce, ...perPod(await processes(mark)).values())

  const sum = (of: 'created' | 'updated' | 'deleted' | 'unanswered') =>
    writers.reduce((n, w) => n + w.tally[of], 0)
  console.log(
    `${kills} kills (SEED=${seed}): ${sum('created')} creates, ${sum('updated')} updates and ${sum('deleted')} deletes acknowledged, ` +
      `${sum('unanswered')} requests without an answer; faults: ${writers.flatMap((w) => w.faults).length}; processes of one pod at once: ${mostAtOnce}`,
  )
  expect(writers.flatMap((w) => w.faults)).toEqual([])
  expect(sum('created')).toBeGreaterThan(kills)
  expect(mostAtOnce).toBe(1)
  const { items } = await client.list(resources.pods, {})
  expect(items.map((p) => p.metadata.name).sort()).toEqual(['pod-1', 'pod-2', 'pod-3'])
}, 600_000)

function start(): ChildProcess {
  const program = [process.execPath, '--no-warnings', new URL('../src/daemon.ts', import.meta.url).pathname]
  const child = startDaemon(program, { stateDir: folder, nodes: 1, apiPort: 16_443, companions: [] })
  // Killed before it said anything: nobody listens then.
  child.stdout?.on('error', () => undefined)
  return child
}

/** SIGKILL to the daemon itself, or to what is about to become it; returns when the kernel has ended all inside. */
async function kill(): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const exited = once(daemon, 'exit')
  const inside = await insidePid(daemon)
  if (inside === undefined) daemon.kill('SIGKILL')
  else process.kill(inside, 'SIGKILL')
  await exited
}

/** The processes with the mark in their arguments, each told by what it has of its pod. */
async function processes(mark: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    // bwrap and nsenter carry the same arguments behind their own.
    if (words[0] === 'sleep' && words[1] === mark) found.push(words[2] ?? '')
  }
  return found
}

function perPod(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function pod(name: string, mark: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'busybox',
          command: ['sleep', mark, name.replace('pod-', '1000')],
        },
      ],
    },
  }
}

/** A small generator of numbers in [0, 1) that a seed repeats (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
