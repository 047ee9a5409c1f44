/** A machine's power switch. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { killMembers, makeCgroup, membersFile, membersOf } from './cgroups.ts'
import { ClusterError } from './cluster-error.ts'
import { inNetns, plainEnvironment } from './command.ts'
import type { Machine, Place } from './place.ts'
import { firstProcess } from './processes.ts'
import type { Service } from './services.ts'

const boot = join(import.meta.dirname, 'boot.sh')

/** The cgroup of a machine's services; that of its pods is beside it, made by kubelet. */
const servicesOf = (place: Place, { name }: Machine): string => `${place.cgroup}/services/${name}`

/** Where the programs of hack/kubernetes/build are: a link, so that a node can be started again by another command. */
export const programsOf = ({ folder }: Place): string => join(folder, 'programs')

/** The folder that all machines share, seen by them as /var/lib/shared-disks. */
export const sharedDisksOf = ({ folder }: Place): string => join(folder, 'shared-disks')

/** Switches a machine on. It outlives the caller, and holds nothing of it: no terminal, no pipe, no folder. */
export async function powerOn(place: Place, machine: Machine): Promise<void> {
  const cgroup = servicesOf(place, machine)
  await makeCgroup(cgroup)
  await mkdir(join(machine.folder, 'log'), { recursive: true })
  const namespaces = ['unshare', '--mount', '--uts', '--ipc', '--pid', '--fork']
  const init = ['bash', boot, machine.name, machine.folder, programsOf(place), sharedDisksOf(place)]
  await leave(cgroup, join(machine.folder, 'log/boot.log'), machine.netns, [...namespaces, ...init])
}

/** Starts what belongs to no machine, in the network of one. */
export async function startBeside(
  place: Place,
  { netns }: Machine,
  { name, command }: Service,
): Promise<void> {
  const cgroup = `${place.cgroup}/services/${name}`
  await makeCgroup(cgroup)
  // As on machines: what has ended is started again.
  const keep = ['sh', '-c', 'while :; do "$@"; sleep 1; done', 'keep']
  await leave(cgroup, join(place.folder, `${name}.log`), netns, [...keep, ...command])
}

/** Starts a command that outlives this process. */
async function leave(
  cgroup: string,
  logFile: string,
  netns: string,
  words: readonly string[],
): Promise<void> {
  const log = openSync(logFile, 'a')
  // The shell enters the cgroup before it becomes anything else: from its first moment on it can be found.
  const enter = ['-c', 'echo $$ >"$0" && exec "$@"', await membersFile(cgroup)]
  const stdio: ['ignore', number, number] = ['ignore', log, log]
  const options = { detached: true, stdio, env: plainEnvironment, cwd: '/' }
  const child = spawn('sh', [...enter, 'nsenter', ...inNetns(netns, ...words)], options)
  closeSync(log)
  child.on('error', () => {})
  child.unref()
}

/** Cuts a machine's power: nothing of it gets to finish, write, or say goodbye. Resolves when all of it has ended. */
export async function powerOff(place: Place, machine: Machine): Promise<void> {
  await killMembers(servicesOf(place, machine))
  await killMembers(`${place.cgroup}/${machine.name}`)
}

export async function isOn(place: Place, machine: Machine): Promise<boolean> {
  return (await membersOf(servicesOf(place, machine))).length > 0
}

/**
 * The arguments by which `nsenter` runs a command on a machine, as if it were one of its services.
 * @throws {ClusterError} `NotRunning`
 */
export async function onMachine(
  place: Place,
  machine: Machine,
  ...args: readonly string[]
): Promise<string[]> {
  const first = await firstProcess(await membersOf(servicesOf(place, machine)))
  if (first === undefined) throw new ClusterError('NotRunning', `${machine.name} is not running`)
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid']
  return ['--target', String(first), ...namespaces, '--wd=/', '--', ...args]
}
