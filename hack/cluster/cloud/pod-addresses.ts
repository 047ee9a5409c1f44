/**
 * Which pod has which address, from the moment it has one: kubelet tells the API a second later, when the pod may have spoken already. What
 * the plugins of a node's network gave is written down beside them, before the first container starts: libcni, `cacheAdd` in libcni/api.go.
 */
import { watch } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface PodAddress {
  readonly uid: string
  readonly address: string
}

export interface PodAddresses {
  /** By uid of a pod. */
  current(): ReadonlyMap<string, string>
}

/**
 * @param folder the `results` of one node
 * @param changed called after every change
 */
export async function watchPodAddresses(
  folder: string,
  changed: () => void,
  signal: AbortSignal,
): Promise<PodAddresses> {
  const byFile = new Map<string, PodAddress>()
  const look = async (file: string): Promise<void> => {
    const found = parseResult(await readFile(join(folder, file), 'utf8').catch(() => ''))
    const old = byFile.get(file)
    if (found?.uid === old?.uid && found?.address === old?.address) return
    if (found) byFile.set(file, found)
    else byFile.delete(file)
    changed()
  }
  await mkdir(folder, { recursive: true })
  // One after the other: what was read of a file before it was whole must not come after the whole.
  let looking: Promise<void> = Promise.resolve()
  const watcher = watch(folder, { signal }, (_, file) => {
    if (file) looking = looking.then(() => look(file))
  })
  // Its end is that of the machine's folder.
  watcher.on('error', () => {})
  for (const file of await readdir(folder)) await look(file)
  return { current: () => new Map([...byFile.values()].map(({ uid, address }) => [uid, address])) }
}

/** The parts of the file that are read here; it is written in one go, but may be read before that. */
interface Result {
  readonly ifName?: string
  readonly cniArgs?: readonly (readonly [string, string])[]
  readonly result?: { readonly ips?: readonly { readonly address?: string }[] }
}

/** Undefined for what is none of a pod, or is not written to its end. */
export function parseResult(text: string): PodAddress | undefined {
  const parsed = parsedOrNothing(text)
  const uid = parsed?.cniArgs?.find(([name]) => name === 'K8S_POD_UID')?.[1]
  const address = parsed?.result?.ips?.[0]?.address?.split('/')[0]
  return parsed?.ifName === 'eth0' && uid && address ? { uid, address } : undefined
}

function parsedOrNothing(text: string): Result | undefined {
  try {
    const value: Result | null = JSON.parse(text)
    return value ?? undefined
  } catch {
    return undefined
  }
}
