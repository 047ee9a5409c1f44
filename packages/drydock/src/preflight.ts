/** Whether this machine lets an ordinary user have namespaces, and has the tools; otherwise what to change. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Obstacle {
  readonly message: string
  readonly remedy: string
}

/** Programs and the Debian packages that bring them. */
const tools: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  ip: 'iproute2',
  nft: 'nftables',
  bwrap: 'bubblewrap',
}

/** Where tools for administrators live, which an ordinary user's PATH often leaves out. */
export function toolPath(path: string | undefined): string {
  return [path ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(':')
}

export async function preflight(): Promise<Obstacle[]> {
  if (process.platform !== 'linux') {
    return [
      {
        message: 'the local Kubernetes needs Linux',
        remedy: 'use a Linux machine or virtual machine, or name a cluster: --kubeconfig FILE',
      },
    ]
  }
  const env = { ...process.env, PATH: toolPath(process.env['PATH']) }
  const missing: string[] = []
  for (const [tool, debian] of Object.entries(tools)) {
    await run('sh', ['-c', `command -v ${tool}`], { env, timeout: 60_000 }).catch(() => missing.push(debian))
  }
  if (missing.length > 0) {
    const packages = missing.sort().join(' ')
    return [
      {
        message: `missing: ${packages}`,
        remedy: `sudo apt-get install -y --no-install-recommends ${packages}`,
      },
    ]
  }
  try {
    await run(
      'unshare',
      ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--mount-proc', 'true'],
      { env, timeout: 60_000 },
    )
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)
    return [
      {
        message: `this machine does not let you have a network of your own (${why})`,
        remedy: await namespaceRemedy(),
      },
    ]
  }
}

/** The settings that forbid it, by distribution. */
async function namespaceRemedy(): Promise<string> {
  const setting = async (name: string): Promise<string | undefined> =>
    readFile(`/proc/sys/${name}`, 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    )
  if ((await setting('kernel/apparmor_restrict_unprivileged_userns')) === '1') {
    return 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
  }
  if ((await setting('kernel/unprivileged_userns_clone')) === '0')
    return 'sudo sysctl -w kernel.unprivileged_userns_clone=1'
  if ((await setting('user/max_user_namespaces')) === '0')
    return 'sudo sysctl -w user.max_user_namespaces=15000'
  return 'in a container, allow it the system calls unshare and mount (for Docker: --privileged), or run as root'
}
