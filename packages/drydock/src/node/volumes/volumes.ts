import { execFile } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isNotFound, resources } from '@orlop/kube'
import { quantity } from '../../quantity.ts'
import { expand } from '../container/expand.ts'
import type { Mount } from '../container/sandbox.ts'
import { NodeError } from '../node-error.ts'
import type { Container, PlacedPod, Volume } from '../pod/types.ts'
import { samePayload, writeAtomically } from './atomic-folder.ts'
import { hostPathOf } from './host-path.ts'
import type { Payload } from './payload.ts'
import { isRendered, type RenderSource, referencesOf, render } from './rendered.ts'
import { subPathOf } from './sub-path.ts'

const run = promisify(execFile)

/** A volume of a pod on this machine. */
interface Prepared {
  readonly volume: Volume
  readonly path: string
  /** Rendered volumes cannot be written by a container. */
  readonly rendered: boolean
}

/** The volumes of one pod. */
export class PodVolumes {
  readonly #folder: string
  readonly #stateDir: string
  readonly #from: RenderSource
  readonly #prepared = new Map<string, Prepared>()
  readonly #shown = new Map<string, Payload>()

  /** `folder` is where the pod's own volumes live, `stateDir` has `volumes/<pv>`. */
  constructor(o: { folder: string; stateDir: string; from: RenderSource }) {
    this.#folder = o.folder
    this.#stateDir = o.stateDir
    this.#from = o.from
  }

  /** Makes every volume of the pod; may be repeated. Throws NodeError `FailedMount` in the kubelet's words. */
  async prepare(pod: PlacedPod): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      try {
        const path = await this.#make(volume, pod)
        this.#prepared.set(volume.name, { volume, path, rendered: isRendered(volume) })
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new NodeError(
          'FailedMount',
          `MountVolume.SetUp failed for volume "${volume.name}" : ${reason}`,
          { cause: error },
        )
      }
    }
  }

  /** Writes rendered volumes anew whose contents changed: all, or those that show `reference`. */
  async refresh(pod: PlacedPod, reference?: string): Promise<void> {
    for (const { volume, rendered } of this.#prepared.values()) {
      if (rendered && (reference === undefined || referencesOf(volume, pod).includes(reference)))
        await this.#render(volume, pod)
    }
  }

  /** Seconds the shortest-lived token of the pod's volumes is good for; undefined when there is none. */
  tokenLifetime(pod: PlacedPod): number | undefined {
    const sources = (pod.spec.volumes ?? []).flatMap((volume) => volume.projected?.sources ?? [])
    const seconds = sources.flatMap((s) =>
      s.serviceAccountToken ? [s.serviceAccountToken.expirationSeconds ?? 3600] : [],
    )
    return seconds.length === 0 ? undefined : Math.min(...seconds)
  }

  /** What a container sees of them. Throws NodeError `CreateContainerConfigError` for a mount of no volume. */
  async mountsOf(container: Container, env: Readonly<Record<string, string>>): Promise<readonly Mount[]> {
    const mounts: Mount[] = []
    for (const mount of container.volumeMounts ?? []) {
      const prepared = this.#prepared.get(mount.name)
      if (!prepared)
        throw new NodeError(
          'CreateContainerConfigError',
          `cannot find volume "${mount.name}" to mount into container "${container.name}"`,
        )
      const subPath = mount.subPathExpr ? expand(mount.subPathExpr, env) : mount.subPath
      const source = subPath ? await subPathOf(prepared.path, subPath, !prepared.rendered) : prepared.path
      mounts.push({
        source,
        target: mount.mountPath,
        readOnly: prepared.rendered || mount.readOnly === true || isReadOnly(prepared.volume),
      })
    }
    return mounts
  }

  async #make(volume: Volume, pod: PlacedPod): Promise<string> {
    if (isRendered(volume)) return this.#render(volume, pod)
    if (volume.emptyDir) return this.#emptyDir(volume)
    const claim =
      volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${pod.name}-${volume.name}`)
    if (claim) return this.#claimed(claim, pod)
    if (volume.hostPath)
      return hostPathOf(join(this.#stateDir, 'hostpath', this.#from.around.nodeName), volume.hostPath)
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'none'
    throw new NodeError(
      'FailedMount',
      `volumes of kind ${kind} are not offered here: nothing of this machine is shown to a pod`,
    )
  }

  async #render(volume: Volume, pod: PlacedPod): Promise<string> {
    const path = join(this.#folder, volume.name)
    const payload = await render(volume, pod, this.#from)
    const shown = this.#shown.get(volume.name)
    if (!shown || !samePayload(shown, payload)) await writeAtomically(path, payload)
    this.#shown.set(volume.name, payload)
    return path
  }

  async #emptyDir(volume: Volume): Promise<string> {
    const path = join(this.#folder, volume.name)
    if (this.#prepared.has(volume.name)) return path
    await mkdir(path, { recursive: true })
    await chmod(path, 0o777)
    if (volume.emptyDir?.medium === 'Memory') {
      const size = quantity(volume.emptyDir.sizeLimit)
      await run(
        'mount',
        ['-t', 'tmpfs', '-o', `mode=0777${size ? `,size=${Math.floor(size)}` : ''}`, 'tmpfs', path],
        { timeout: 60_000 },
      )
    }
    return path
  }

  async #claimed(claim: string, pod: PlacedPod): Promise<string> {
    const name = await this.#boundVolume(claim, pod)
    const path = join(this.#stateDir, 'volumes', name)
    await mkdir(path, { recursive: true, mode: 0o755 })
    return path
  }

  async #boundVolume(claim: string, pod: PlacedPod): Promise<string> {
    try {
      const found = await this.#from.client.get(resources.persistentVolumeClaims, {
        namespace: pod.namespace,
        name: claim,
      })
      const name = found.spec?.volumeName
      if (name && found.status?.phase === 'Bound') return name
    } catch (error) {
      if (isNotFound(error))
        throw new NodeError('FailedMount', `persistentvolumeclaim "${claim}" not found`, { cause: error })
      throw error
    }
    throw new NodeError('FailedMount', `persistentvolumeclaim "${claim}" is not bound`)
  }
}

function isReadOnly(volume: Volume): boolean {
  return volume.persistentVolumeClaim?.readOnly === true
}
