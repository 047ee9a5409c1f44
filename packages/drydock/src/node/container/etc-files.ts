import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeError } from '../node-error.ts'
import type { PlacedPod } from '../pod/types.ts'
import type { Mount } from './sandbox.ts'

/** What the kernel takes for a name. */
const longestName = 64

/**
 * The name a pod's processes see: `spec.hostname` or the pod's name, at most 63 characters; or that with its domain, where the pod wants so.
 * Throws NodeError `FailedCreatePodSandBox` when that is too long.
 */
export function hostnameOf(pod: PlacedPod): string {
  const full = fullName(pod)
  if (pod.spec.setHostnameAsFQDN !== true || full === undefined) return shortName(pod)
  if (full.length <= longestName) return full
  const why = `FQDN ${full} is too long (${longestName} characters is the max, ${full.length} characters requested)`
  throw new NodeError(
    'FailedCreatePodSandBox',
    `failed to construct FQDN from pod hostname and cluster domain, ${why}`,
  )
}

function shortName(pod: PlacedPod): string {
  return (pod.spec.hostname ?? pod.name).slice(0, 63).replace(/[-.]+$/, '')
}

/** Undefined for a pod that is of no subdomain. */
function fullName(pod: PlacedPod): string | undefined {
  const { subdomain } = pod.spec
  return subdomain ? `${shortName(pod)}.${subdomain}.${pod.namespace}.svc.cluster.local` : undefined
}

/** The pod's /etc/hosts, as the kubelet writes it. */
export function hostsFile(pod: PlacedPod, ip: string): string {
  const full = fullName(pod)
  const name = shortName(pod)
  const aliases = (pod.spec.hostAliases ?? []).map(
    (alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}`,
  )
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${ip}\t${full === undefined ? name : `${full}\t${name}`}`,
    ...(aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases] : []),
    '',
  ].join('\n')
}

/** The container's users: root, its own, nobody. */
export function passwdFile(uid: number, name: string): string {
  const own = uid === 0 || uid === 65534 ? [] : [`${name}:x:${uid}:${uid}::/home/${name}:/bin/sh`]
  return [
    'root:x:0:0:root:/root:/bin/sh',
    ...own,
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    '',
  ].join('\n')
}

export function groupFile(gid: number, name: string): string {
  const own = gid === 0 || gid === 65534 ? [] : [`${name}:x:${gid}:`]
  return ['root:x:0:', ...own, 'nogroup:x:65534:', ''].join('\n')
}

/** Writes the generated part of /etc of a container into `folder`, and says where it belongs. */
export async function writeEtc(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<readonly Mount[]> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o644 })
  return Object.keys(files).map((name) => ({
    source: join(folder, name),
    target: `/etc/${name}`,
    readOnly: false,
  }))
}
