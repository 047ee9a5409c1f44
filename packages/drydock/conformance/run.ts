/**
 * Runs every case against the real control plane and against drydock, and ends with one line for each.
 *
 *     hack/in-namespace node packages/drydock/conformance/run.ts [real|drydock]... [-- VITEST_ARGUMENT...]
 *     node packages/drydock/conformance/run.ts --kubeconfig FILE       against a server that runs already
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import type { Target } from './targets/target.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const ends = process.argv.indexOf('--')
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, ends < 0 ? undefined : ends),
  options: { kubeconfig: { type: 'string' } },
  allowPositionals: true,
})
const extra = ends < 0 ? [] : process.argv.slice(ends + 1)

const lines: string[] = []
for (const open of await targets()) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const target = await open(folder)
  try {
    console.log(`\n== ${target.name}`)
    lines.push(await conform(target))
  } finally {
    await target.stop()
    if (process.env['CONFORMANCE_KEEP']) console.log(`logs: ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}
console.log(`\n${lines.join('\n')}`)
if (lines.some((line) => !line.endsWith(' 0 failed'))) process.exitCode = 1

type Open = (folder: string) => Promise<Target>

async function targets(): Promise<Open[]> {
  const { kubeconfig } = values
  if (kubeconfig !== undefined) return [async () => ({ name: 'given', kubeconfig, stop: async () => {} })]
  const wanted = positionals.length === 0 ? ['real', 'drydock'] : positionals
  return await Promise.all(
    wanted.map(async (name): Promise<Open> => {
      if (name === 'drydock') return (await import('./targets/drydock.ts')).startDrydock
      if (name !== 'real') throw new Error(`no target ${name}: there are real and drydock`)
      const { startReal } = await import('./targets/real.ts')
      const built = await programs()
      return (folder) => startReal(folder, built)
    }),
  )
}

async function programs(): Promise<string> {
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const build = spawn(join(root, 'hack/kubernetes/build'), names, { stdio: ['ignore', 'pipe', 'inherit'] })
  let folder = ''
  build.stdout.on('data', (text) => {
    folder += text
  })
  build.on('error', reject)
  build.on('close', (code) => (code === 0 ? resolve(folder.trim()) : reject(new Error('the build failed'))))
  return await promise
}

/** Runs the cases; gives the line that tells how they went. */
async function conform(target: Target): Promise<string> {
  const report = join(root, `test-results/conformance-${target.name}.json`)
  await rm(report, { force: true })
  const kubectl = await programs().then((folder) => join(folder, 'kubectl'))
  const vitest = spawn(
    'vitest',
    ['run', '--config', join(import.meta.dirname, 'vitest.config.ts'), ...extra],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        CONFORMANCE_TARGET: target.name,
        CONFORMANCE_KUBECONFIG: target.kubeconfig,
        CONFORMANCE_KUBECTL: kubectl,
      },
    },
  )
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  vitest.on('error', reject)
  vitest.on('close', resolve)
  const code = await promise
  const summary = await run('node', [join(root, 'hack/test-summary.ts'), report, String(code ?? 1)])
  const told = summary.stdout.trimEnd().split('\n')
  const [passed, failed] = (told.pop() ?? '').split(' ')
  if (failed !== '0') console.log(told.join('\n'))
  return `${target.name}: ${passed} passed, ${failed} failed`
}
