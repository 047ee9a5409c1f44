import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A folder or file of this machine made visible in a container. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

/** What a container may see and be. */
export interface Sandbox {
  readonly uid: number
  readonly gid: number
  readonly hostname: string
  readonly mounts: readonly Mount[]
  /** A root file system of its own, in which the targets of `mounts` are no links; without it the machine's programs are shown. */
  readonly root?: string | undefined
  /** Whether its program has a terminal, which must stay the one of its session. */
  readonly tty: boolean
  readonly workingDir: string
  readonly readOnlyRoot: boolean
  /** Linux capabilities kept (only uid 0 has any use for them). */
  readonly capabilities: readonly string[]
  /** Variables that must not reach the loader of nsenter and bwrap themselves. */
  readonly loaderVariables: Readonly<Record<string, string>>
}

/** Of the machine's /etc only what programs of /usr need to run and to verify certificates. */
const sharedEtc = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'alternatives',
  'ssl/certs',
  'ssl/openssl.cnf',
  'ca-certificates',
  'localtime',
  'services',
  'protocols',
]

/**
 * The arguments of bubblewrap for a container. The program is process 1 of its own pid namespace, so that signals and exit codes are its own and
 * its end takes every other process of the container along. Later mounts lie over earlier ones, so shorter targets go first.
 */
export function bwrapArguments(box: Sandbox): readonly string[] {
  const mounts = [...box.mounts].sort((a, b) => a.target.length - b.target.length)
  return [
    ...['--unshare-user', '--uid', String(box.uid), '--gid', String(box.gid)],
    ...['--unshare-pid', '--as-pid-1', '--unshare-ipc', '--unshare-uts', '--hostname', box.hostname],
    ...(box.tty ? [] : ['--new-session']),
    ...['--die-with-parent', '--cap-drop', 'ALL'],
    ...box.capabilities.flatMap((name) => ['--cap-add', name]),
    ...(box.root === undefined ? programsOfMachine(mounts) : ['--bind', box.root, '/']),
    ...['--dev', '/dev', '--proc', '/proc'],
    ...mounts.flatMap((m) => [m.readOnly ? '--ro-bind' : '--bind', m.source, m.target]),
    ...(box.root === undefined ? [] : ['--dir', box.workingDir]),
    ...(box.readOnlyRoot ? ['--remount-ro', '/'] : []),
    ...Object.entries(box.loaderVariables).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', box.workingDir],
  ]
}

/** The machine's programs, and folders to write in. */
function programsOfMachine(mounts: readonly Mount[]): string[] {
  const folders = ['/run', '/var/run', '/var/tmp', '/var/lib', '/root', '/home', '/data', '/mnt']
  return [
    ...['--perms', '0755', '--tmpfs', '/'],
    ...programs(),
    ...sharedEtc.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--perms', '1777', '--tmpfs', '/tmp'],
    ...folders.flatMap((path) => ['--dir', path]),
    ...roomInPrograms(mounts),
  ]
}

/** /usr, and the links or folders of old that stand beside it. */
function programs(): string[] {
  const beside = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => {
    const path = `/${name}`
    if (!existsSync(path)) return []
    return lstatSync(path).isSymbolicLink()
      ? ['--symlink', readlinkSync(path), path]
      : ['--ro-bind', path, path]
  })
  return ['--ro-bind', '/usr', '/usr', ...beside]
}

/**
 * Nothing can be made in /usr, which is the machine's own, but pods mount at places like /usr/local/etc/redis: the nearest folder that is there is
 * shown through a folder of the container's own, entry by entry, so that there is room for one more.
 */
function roomInPrograms(mounts: readonly Mount[]): string[] {
  const crowded = new Set<string>()
  for (const { target } of mounts) {
    if (!target.startsWith('/usr/') || existsSync(target)) continue
    let folder = dirname(target)
    while (!existsSync(folder)) folder = dirname(folder)
    crowded.add(folder)
  }
  return [...crowded].sort().flatMap((folder) => [
    ...['--tmpfs', folder],
    ...readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
    }),
  ])
}

/** What container runtimes leave to a process of uid 0 (containerd's default set); others have none. */
export const rootCapabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
]
