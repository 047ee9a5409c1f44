import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlacedPod } from '../pod/types.ts'
import type { Mount } from './sandbox.ts'

/** The name a pod's processes see: `spec.hostname` or the pod's name, at most 63 characters. */
export function hostnameOf(pod: PlacedPod): string {
  return (pod.spec.hostname ?? pod.name).slice(0, 63).replace(/[-.]+$/, '')
}

/** The pod's /etc/hosts, as the kubelet writes it. */
export function hostsFile(pod: PlacedPod, ip: string): string {
  const name = hostnameOf(pod)
  const full = pod.spec.subdomain
    ? `${name}.${pod.spec.subdomain}.${pod.namespace}.svc.cluster.local\t${name}`
    : name
  const aliases = (pod.spec.hostAliases ?? []).map(
    (alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}`,
  )
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${ip}\t${full}`,
    ...aliases,
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
