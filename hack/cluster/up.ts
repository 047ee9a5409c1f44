/** From nothing to a cluster that takes pods. */
import { existsSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Addon } from './addon.ts'
import { clusterDns, clusterDomain, controlPlaneOf, nodesOf } from './addresses.ts'
import { archivesOf, buildPrograms, installPackages } from './build.ts'
import { joinCgroup, makeCgroup } from './cgroups.ts'
import { ClusterError } from './cluster-error.ts'
import { controlPlaneServices } from './control-plane.ts'
import { loadImages } from './images.ts'
import { limitFiles, raiseLimit } from './inotify-limit.ts'
import { makeKeys } from './keys.ts'
import { kubectl } from './kubectl.ts'
import { powerOn, programsOf, sharedDisksOf, startBeside } from './machine.ts'
import { makeNetwork } from './network.ts'
import { nodeServices, writeNodeFiles } from './node.ts'
import { clusters, commandsOf, defaultName, type Place } from './place.ts'
import type { Progress } from './progress.ts'
import { writeServices } from './services.ts'
import { answers, applyAddons, available, nodesReady, startsWithin } from './settle.ts'
import { until } from './wait.ts'

const core: Addon = {
  name: 'core',
  programs: [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'kube-proxy',
    'kubectl',
  ],
  images: ['pause'],
}

/** Cluster DNS: nothing resolves before it is there. */
const dns: Addon = {
  name: 'cluster DNS',
  images: ['coredns'],
  manifests: [join(import.meta.dirname, 'coredns.yaml')],
  available: ['kube-system/coredns'],
}

/** @throws {ClusterError} What has been started by then stays, with its logs, until `down`. */
export async function up(place: Place, added: readonly Addon[], progress: Progress): Promise<void> {
  const addons = [core, dns, ...added]
  refuseIfThere(place)
  const made = await make(addons, progress)
  await progress.stage('the network is laid', async () => {
    await claim(place)
    await joinCgroup(commandsOf(place))
    await makeNetwork(place)
  })
  await progress.stage('the machines are on', async () => {
    await symlink(made.programs, programsOf(place))
    await mkdir(sharedDisksOf(place))
    await writeFile(join(place.folder, 'resolv.conf'), resolvConf)
    await makeKeys(place, Date.now())
    await startMachines(place, addons)
  })
  const loaded = loadImages(place, made.archives)
  // Awaited below: until then its failure waits as well.
  loaded.catch(() => {})
  await progress.stage('the API server is ready', () =>
    until('the API server', startsWithin, () => kubectl(place, ['get', '--raw', '/readyz'])),
  )
  await startCloud(place)
  await progress.stage('the nodes are ready', () => nodesReady(place))
  await progress.stage('the images are loaded', () => loaded)
  await progress.stage('addons are applied', () => applyAddons(place, addons))
  await progress.stage('addons are available', () => available(place, addons))
  await progress.stage('Services, names and policies work', () => answers(place))
}

/** Everything that outlives a cluster: nothing of it is made twice. */
async function make(
  addons: readonly Addon[],
  progress: Progress,
): Promise<{ programs: string; archives: string[] }> {
  await progress.stage('packages are installed', () => installPackages())
  const programs = await progress.stage('programs are built', () =>
    buildPrograms(addons.flatMap((addon) => addon.programs ?? [])),
  )
  const archives = await progress.stage('images are made', () =>
    archivesOf(addons.flatMap(({ images = [] }) => images)),
  )
  return { programs, archives }
}

/** Not before the API server is ready: its start takes as much of the processor as half a node. */
async function startCloud(place: Place): Promise<void> {
  const command = [process.execPath, join(import.meta.dirname, 'cloud/cloud.ts'), place.name]
  await startBeside(place, controlPlaneOf(place), { name: 'cloud', command })
}

/** For what runs in the control plane's network: names are those of a pod in the namespace `default`. */
const resolvConf = `search default.svc.${clusterDomain} svc.${clusterDomain} ${clusterDomain}
nameserver ${clusterDns}
options ndots:5
`

/** The command that takes it away. */
export function stopping({ name }: Place): string {
  return name === defaultName ? 'make cluster-down' : `ORLOP_CLUSTER=${name} make cluster-down`
}

function refuseIfThere(place: Place): void {
  const { name, folder } = place
  if (existsSync(folder))
    throw new ClusterError(
      'Exists',
      `the cluster ${name} runs, or was left by a crash; what stops it: ${stopping(place)}`,
    )
}

/** Whoever makes the folder has the name: of two that start at once one is refused. */
async function claim(place: Place): Promise<void> {
  refuseIfThere(place)
  await mkdir(clusters, { recursive: true })
  await mkdir(place.folder)
  await raiseLimit(limitFiles(clusters))
}

async function startMachines(place: Place, addons: readonly Addon[]): Promise<void> {
  const cp = controlPlaneOf(place)
  const extra = addons.flatMap(({ onControlPlane }) => onControlPlane?.() ?? [])
  await writeServices(join(cp.folder, 'lib/kubernetes/services'), [...controlPlaneServices(place), ...extra])
  await powerOn(place, cp)
  for (const node of nodesOf(place)) {
    const services = addons.flatMap(({ onNode }) => onNode?.(node) ?? [])
    await writeNodeFiles(place, node)
    await writeServices(join(node.folder, 'lib/kubernetes/services'), [...nodeServices(node), ...services])
    await makeCgroup(`${place.cgroup}/${node.name}`)
    await powerOn(place, node)
  }
}
