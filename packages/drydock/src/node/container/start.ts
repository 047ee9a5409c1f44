import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { quantity } from '../../quantity.ts'
import { LogWriter } from '../logs/writer.ts'
import { NodeError } from '../node-error.ts'
import { around, type PodRuntime, timestamp } from '../pod/runtime.ts'
import type { Slot, Tap } from '../pod/slot.ts'
import type { Container, PlacedPod } from '../pod/types.ts'
import type { ImageUser, Program } from '../program.ts'
import { configMapData, secretData } from '../volumes/payload.ts'
import { environmentOf, type Lookup } from './environment.ts'
import { groupFile, hostnameOf, hostsFile, passwdFile, writeEtc } from './etc-files.ts'
import { expand } from './expand.ts'
import { startContainer } from './process.ts'
import { makeRoot, mountsIn } from './root.ts'
import { type Mount, rootCapabilities, type Sandbox } from './sandbox.ts'

const run = promisify(execFile)

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Where the files of one container of a pod are. */
export function containerFolder(podFolder: string, container: string): string {
  return join(podFolder, 'containers', container)
}

/** The log of the run with this number of restarts before it. */
export function logFile(podFolder: string, container: string, restarts: number): string {
  return join(containerFolder(podFolder, container), `${restarts}.log`)
}

export function terminationFile(podFolder: string, container: string): string {
  return join(containerFolder(podFolder, container), 'termination-log')
}

/**
 * Starts the container of a slot and writes so into its status.
 * Throws NodeError `CreateContainerConfigError` when the pod asks for what is not there, `StartError` when the program cannot be started.
 */
export async function startSlot(runtime: PodRuntime, slot: Slot, program: Program): Promise<void> {
  const { clock } = runtime.node
  const pod = runtime.pod()
  const container = slot.container
  const user = userOf(container, pod, program)
  // What the pod says, and with it $(NAME), knows nothing of what the image and the runtime set.
  const own = await environmentOf(container, pod, around(runtime), lookupOf(runtime), {
    ...runtime.node.network.serviceVariables(pod.namespace, pod.spec.enableServiceLinks !== false),
  })
  const env = { PATH: path, HOME: user.home, HOSTNAME: hostnameOf(pod), ...program.env, ...own }
  const argv = argvOf(container, program, own)
  const folder = containerFolder(runtime.folder, container.name)
  const pipes = await prepareFolder(folder, slot.status.restartCount)
  const sandbox = await sandboxOf(runtime, container, program, user, own, env, folder)
  const { memory, cpu } = container.resources?.limits ?? {}
  const group = await runtime.node.limits.make(`${pod.uid}-${container.name}-${slot.status.restartCount}`, {
    memory: quantity(memory),
    cpu: quantity(cpu),
  })
  const taps = new Set<Tap>()
  const log = new LogWriter(logFile(runtime.folder, container.name, slot.status.restartCount), clock)
  try {
    const process = await startContainer({
      netns: runtime.netns,
      sandbox,
      argv,
      groups: group.procs,
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !isLoaderVariable(name))),
      pipes,
      stdin: container.stdin === true,
      clock,
      onOutput(stream, data) {
        log.write(stream, data)
        for (const tap of taps) tap(stream, data)
      },
    })
    slot.running = { process, startedAt: clock.now(), log, taps, group }
  } catch (error) {
    log.close()
    await group.remove()
    throw error
  }
  slot.status = {
    ...slot.status,
    image: container.image ?? '',
    imageID: program.imageID,
    containerID: `drydock://${randomBytes(32).toString('hex')}`,
    state: { running: { startedAt: timestamp(clock.now()) } },
  }
}

/** Throws NodeError `CreateContainerConfigError` when the pod insists on not being root and that cannot be known, in the kubelet's words. */
export function userOf(container: Container, pod: PlacedPod, program: Program): ImageUser {
  const own = container.securityContext
  const shared = pod.spec.securityContext
  const asked = own?.runAsUser ?? shared?.runAsUser
  const why = (own?.runAsNonRoot ?? shared?.runAsNonRoot) ? rootness(asked, program.declaredUser) : undefined
  if (why !== undefined)
    throw new NodeError(
      'CreateContainerConfigError',
      `${why} (pod: "${pod.name}_${pod.namespace}(${pod.uid})", container: ${container.name})`,
    )
  const user = program.user(asked)
  return { ...user, gid: own?.runAsGroup ?? shared?.runAsGroup ?? user.gid }
}

/** Why it may be root; undefined when it cannot. Source: verifyRunAsNonRoot in pkg/kubelet/kuberuntime/security_context_others.go. */
function rootness(asked: number | undefined, declared: string): string | undefined {
  if (asked !== undefined) return asked === 0 ? "container's runAsUser breaks non-root policy" : undefined
  const name = declared.split(':')[0] ?? ''
  if (name !== '' && !/^\d+$/.test(name))
    return `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`
  return Number(name) === 0 ? 'container has runAsNonRoot and image will run as root' : undefined
}

/** `command` replaces the image's entrypoint and, with it, the image's own arguments. */
export function argvOf(
  container: Container,
  program: Program,
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const args = container.args?.map((text) => expand(text, env))
  if (container.command?.length)
    return [...container.command.map((text) => expand(text, env)), ...(args ?? [])]
  const argv = program.adjust([...program.entrypoint, ...(args?.length ? args : program.command)])
  if (argv.length === 0)
    throw new NodeError('CreateContainerError', 'failed to generate spec: no command specified')
  return argv
}

async function sandboxOf(
  runtime: PodRuntime,
  container: Container,
  program: Program,
  user: ImageUser,
  own: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<Sandbox> {
  const pod = runtime.pod()
  const root = program.root && (await makeRoot(folder, program.root))
  const etc = await writeEtc(join(folder, 'etc'), {
    // An image has users of its own.
    ...(root === undefined && {
      passwd: passwdFile(user.uid, user.name),
      group: groupFile(user.gid, user.name),
      'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    }),
    hostname: `${hostnameOf(pod)}\n`,
    hosts: hostsFile(pod, runtime.ip),
    'resolv.conf': runtime.node.network.resolvConf({
      namespace: pod.namespace,
      policy: pod.spec.dnsPolicy,
      config: pod.spec.dnsConfig,
    }),
  })
  const termination = terminationFile(runtime.folder, container.name)
  await writeFile(termination, '', { mode: 0o666 })
  const mounts: readonly Mount[] = [
    ...etc,
    ...(await writeWrappers(join(folder, 'bin'), program.wrappers ?? {})),
    ...(await runtime.volumes.mountsOf(container, own)),
    {
      source: termination,
      target: container.terminationMessagePath || '/dev/termination-log',
      readOnly: false,
    },
  ]
  return {
    uid: user.uid,
    gid: user.gid,
    hostname: hostnameOf(pod),
    mounts:
      root === undefined ? mounts : await mountsIn(root, mounts, { folder, paths: program.volumes ?? [] }),
    root,
    tty: container.tty === true,
    workingDir: container.workingDir || program.workingDir,
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
    capabilities: user.uid === 0 ? capabilitiesOf(container) : [],
    loaderVariables: Object.fromEntries(Object.entries(env).filter(([key]) => isLoaderVariable(key))),
  }
}

/** They are found first: the first folder of PATH is theirs. */
async function writeWrappers(folder: string, wrappers: Readonly<Record<string, string>>): Promise<Mount[]> {
  const mounts: Mount[] = []
  for (const [name, script] of Object.entries(wrappers)) {
    const source = join(folder, name)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(source, script, { mode: 0o755 })
    mounts.push({ source, target: `/usr/local/sbin/${name}`, readOnly: true })
  }
  return mounts
}

/** The runtime's default set without `drop` and with `add`. */
function capabilitiesOf(container: Container): readonly string[] {
  const { add = [], drop = [] } = container.securityContext?.capabilities ?? {}
  const full = (name: string): string => (name.startsWith('CAP_') ? name : `CAP_${name}`)
  const dropped = new Set(drop.map(full))
  const kept = drop.includes('ALL') ? [] : rootCapabilities.filter((name) => !dropped.has(name))
  return [...new Set([...kept, ...add.filter((name) => name !== 'ALL').map(full)])]
}

/** They would act on nsenter and bwrap, which run outside the container. */
function isLoaderVariable(name: string): boolean {
  return name.startsWith('LD_') || name === 'GCONV_PATH' || name === 'MALLOC_CONF'
}

/** Makes the container's folder and its output pipes; of earlier logs only that of the run before is kept. */
async function prepareFolder(folder: string, restarts: number): Promise<{ stdout: string; stderr: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const run = /^(\d+)\.log/.exec(name)?.[1]
    if (run !== undefined && Number(run) < restarts - 1) await rm(join(folder, name), { force: true })
  }
  const pipes = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') }
  await rm(pipes.stdout, { force: true })
  await rm(pipes.stderr, { force: true })
  await run('mkfifo', ['-m', '0600', pipes.stdout, pipes.stderr], { timeout: 60_000 })
  return pipes
}

function lookupOf(runtime: PodRuntime): Lookup {
  const { objects } = runtime.node
  const { namespace } = runtime.pod()
  const text = (data: Record<string, Buffer>): Record<string, string> =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.toString('utf8')]))
  return {
    async configMap(name) {
      const found = await objects.configMap(namespace, name)
      return found && text(configMapData(found))
    },
    async secret(name) {
      const found = await objects.secret(namespace, name)
      return found && text(secretData(found))
    },
  }
}
