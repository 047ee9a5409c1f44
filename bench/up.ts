/** `orlop up` with the quickstart, until it says that the cache is ready: from nothing, and where it already runs. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { print } from './figure.ts'

const root = join(import.meta.dirname, '..')
const runs = 5
const cold: number[] = []
const warm: number[] = []
for (let run = 0; run < runs; run++) {
  const home = await mkdtemp(join(tmpdir(), 'ob-'))
  try {
    cold.push(await timed(() => orlop(home, 'up', '-f', 'examples/quickstart.yaml')))
    warm.push(await timed(() => orlop(home, 'up', '-f', 'examples/quickstart.yaml')))
  } finally {
    await orlop(home, 'down', '--delete-data')
    await rm(home, { recursive: true, force: true })
  }
}
print('orlop up, three instances, cold', 's', cold)
print('orlop up, three instances, warm', 's', warm)

async function orlop(home: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, ORLOP_HOME: home }
  await promisify(execFile)(join(root, 'bin/orlop'), args, { cwd: root, env, timeout: 120_000 })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}
