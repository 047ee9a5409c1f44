/** The local Kubernetes, three nodes of it, with a state folder of its own. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { askControl, enter, runningDrydock, stopDrydock } from '@orlop/drydock'
import { eventually } from '../kit/eventually.ts'
import { bundles, root, run } from './command.ts'
import { buildHelm, helmProgram } from './helm.ts'
import { hasRecipe, images, installable } from './images.ts'
import type { NodeVerb, Stage, Target } from './target.ts'

/** Short: sockets lie in it. */
const home = process.env['E2E_HOME'] ?? `/tmp/orlop-e2e-${process.getuid?.() ?? 0}`
const env = { ORLOP_HOME: home }
const orlop = (...args: string[]): readonly string[] => [
  process.execPath,
  join(bundles, 'orlop.mjs'),
  ...args,
]

const verbs: Readonly<Record<NodeVerb, string>> = { cut: 'cut', mend: 'mend', off: 'stop', on: 'start' }

export async function drydock(): Promise<Target> {
  const kubeconfig = join(home, 'kubeconfig')
  const installed = installable() ? undefined : 'the image of the operator is not built'
  return {
    name: 'drydock',
    can: {
      cutNode: undefined,
      switchOffNode: undefined,
      closeToOutside: 'the doors of this machine lead to every Service, whatever its type',
      enforceRbac: 'drydock stores roles and does not enforce them',
      operatorImage: installed,
      helm:
        installed ?? (existsSync(helmProgram) ? undefined : 'helm is not built: hack/kubernetes/build helm'),
    },
    storageClasses: { growing: 'standard', fixed: 'fixed' },
    kubeconfig,
    inside: await enter(home),
    outside: [],
    kubectl: ['kubectl', '--kubeconfig', kubeconfig],
    helm: [helmProgram, '--kubeconfig', kubeconfig],
    async node(verb, name) {
      await run(orlop('node', verbs[verb], name), { env })
    },
    async addressOutside({ namespace, name, type, nodePort }, port) {
      const gateway: Gateway = JSON.parse(await readFile(join(home, 'gateway.json'), 'utf8'))
      const address =
        type === 'LoadBalancer'
          ? gateway.services[`${namespace}/${name}`]?.[port]
          : gateway.nodePorts[`${namespace}/${name}`]?.[String(nodePort)]
      const [, host, own] = /^(.+):(\d+)$/.exec(address ?? '') ?? []
      return host === undefined ? undefined : { host, port: Number(own) }
    },
  }
}

interface Gateway {
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly nodePorts: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const drydockStage: Stage = {
  enter: [],
  async up(note) {
    // Without Go there is none, which the list of what this target cannot do says.
    await buildHelm().catch(() => undefined)
    if (await runningDrydock(home)) return note('it is up already')
    await mkdir(home, { recursive: true, mode: 0o700 })
    const recipes = images.filter(hasRecipe)
    note(`images ${recipes.join(' ')}`)
    const folders = await run([join(root, 'images', 'build'), ...recipes], { within: 1_200_000 })
    for (const folder of folders.split('\n')) {
      const name = (await readFile(join(folder, 'name'), 'utf8')).trim()
      const config = join(folder, 'config.json')
      await run(orlop('images', 'import', join(folder, 'rootfs'), name, '--config', config), {
        env,
        within: 300_000,
      })
    }
    note('three nodes')
    if (!installable()) return void (await run(orlop('up', '--nodes', '3'), { env, within: 120_000 }))
    const holder = join(root, 'e2e', 'targets', 'drydock-process.ts')
    spawn(process.execPath, [holder, home, bundles], { cwd: '/', detached: true, stdio: 'ignore' }).unref()
    await eventually(
      'the local Kubernetes is up',
      async () => (await askControl(home, 'status'))?.state === 'ready',
      {
        seen: () => askControl(home, 'status'),
      },
    )
  },
  async down() {
    await stopDrydock(home, AbortSignal.timeout(60_000))
    await rm(home, { recursive: true, force: true })
  },
  async collect(folder) {
    await cp(join(home, 'logs'), join(folder, 'drydock'), { recursive: true })
  },
}
