/** The three nodes of hack/cluster: etcd, kube-apiserver, kubelets, containerd. The tests run in its control plane's network. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root, run } from './command.ts'
import { buildHelm, helmProgram } from './helm.ts'
import { images } from './images.ts'
import type { Stage, Target } from './target.ts'

const hack = (name: string): string => join(root, 'hack', 'cluster', name)
const cluster = (...args: string[]): readonly string[] => [process.execPath, hack('cluster.ts'), ...args]
/** What a LoadBalancer leads to, and where node ports are: as hack/cluster gives addresses. */
const firstNode = '10.77.0.11'

export async function real(): Promise<Target> {
  return {
    name: 'real',
    can: {
      cutNode: undefined,
      switchOffNode: undefined,
      closeToOutside: undefined,
      enforceRbac: undefined,
      operatorImage: undefined,
      helm: undefined,
    },
    storageClasses: { growing: 'csi', fixed: 'local-path' },
    kubeconfig: process.env['KUBECONFIG'] ?? '',
    inside: [],
    outside: [hack('run'), '--outside'],
    kubectl: ['kubectl'],
    helm: [helmProgram],
    async node(verb, name) {
      await run(cluster('node', verb, name))
    },
    async addressOutside({ type, nodePort, ingress }, port) {
      if (type === 'LoadBalancer') return ingress === undefined ? undefined : { host: ingress, port }
      return nodePort === undefined ? undefined : { host: firstNode, port: nodePort }
    },
  }
}

export const realStage: Stage = {
  enter: [hack('run')],
  async up(note) {
    await buildHelm()
    const there = await run([hack('kubectl'), 'get', '--raw', '/readyz']).catch(() => undefined)
    note(there === 'ok' ? 'it is up already' : 'three nodes')
    if (there !== 'ok') await run(cluster('up'), { within: 1_800_000 })
    note('images')
    const archives = await run([join(root, 'images', 'archive'), ...images], { within: 1_200_000 })
    await run(cluster('load', ...archives.split('\n')), { within: 300_000 })
  },
  async down() {
    await run(cluster('down'), { within: 120_000 })
  },
  async collect(folder) {
    await mkdir(folder, { recursive: true })
    const nodes = await run([hack('kubectl'), 'describe', 'nodes'])
    await writeFile(join(folder, 'nodes.txt'), nodes)
  },
}
