/** From an API server that answers to a cluster that tests can use. */
import { join } from 'node:path'
import type { Addon } from './addon.ts'
import { clusterDomain, nodesOf } from './addresses.ts'
import { policyTable } from './cloud/policy-table.ts'
import { command, inNetns, plainEnvironment } from './command.ts'
import { apply, kubectl } from './kubectl.ts'
import type { Place } from './place.ts'
import { until } from './wait.ts'

/** On a machine that does other things too, in ms. */
export const startsWithin = 120_000

export async function nodesReady(place: Place): Promise<void> {
  const names = nodesOf(place).map(({ name }) => `node/${name}`)
  await waitFor(place, '--for=create', ...names)
  await waitFor(place, '--for=condition=Ready', ...names)
}

export async function applyAddons(place: Place, addons: readonly Addon[]): Promise<void> {
  for (const { manifests = [] } of addons) {
    for (const file of manifests) {
      await apply(place, file)
      const kinds = await kubectl(place, ['get', 'crd', '--output=name'])
      if (kinds.trim() !== '') await waitFor(place, '--for=condition=Established', 'crd', '--all')
    }
  }
}

export async function available(place: Place, addons: readonly Addon[]): Promise<void> {
  for (const deployment of addons.flatMap(({ available = [] }) => available)) {
    const [namespace = '', name = ''] = deployment.split('/')
    await waitFor(place, '--for=condition=Available', `--namespace=${namespace}`, `deployment/${name}`)
  }
}

/** What follows the API by itself: kube-proxy, cluster DNS, the rules of policies. */
export async function answers(place: Place): Promise<void> {
  const run = join(import.meta.dirname, 'run')
  const lookUp = ['getent', 'hosts', `kubernetes.default.svc.${clusterDomain}`]
  const env = { ...plainEnvironment, ORLOP_CLUSTER: place.name }
  await until('cluster DNS', startsWithin, () => command(run, lookUp, { env }))
  for (const { name, netns } of nodesOf(place)) {
    const table = inNetns(netns, 'nft', 'list', 'table', 'ip', policyTable)
    await until(`the policies of ${name}`, startsWithin, () => command('nsenter', table))
  }
}

async function waitFor(place: Place, ...args: readonly string[]): Promise<void> {
  await kubectl(place, ['wait', `--timeout=${startsWithin / 1000}s`, ...args], startsWithin + 5000)
}
