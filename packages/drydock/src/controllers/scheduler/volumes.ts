/** What the claims of a pod ask of its node. Pure. */
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '@orlop/kube'
import { claimNamesOf } from '../volumes/names.ts'
import type { Volumes } from './situation.ts'

export interface Storage {
  readonly claim: (namespace: string, name: string) => PersistentVolumeClaim | undefined
  readonly volume: (name: string) => PersistentVolume | undefined
  readonly storageClass: (name: string) => StorageClass | undefined
}

export function volumesOf(pod: Pod, storage: Storage): Volumes {
  const affinities: Volumes['affinities'][number][] = []
  for (const name of claimNamesOf(pod)) {
    const claim = storage.claim(pod.metadata.namespace ?? 'default', name)
    if (claim === undefined) return problem(`persistentvolumeclaim "${name}" not found`)
    if (claim.metadata.deletionTimestamp !== undefined) {
      return problem(`persistentvolumeclaim "${name}" is being deleted`)
    }
    if (!isBound(claim)) {
      if (waitsForConsumer(claim, storage)) continue
      return problem('pod has unbound immediate PersistentVolumeClaims')
    }
    const volume = storage.volume(claim.spec?.volumeName ?? '')
    if (volume === undefined)
      return problem('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)')
    const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms
    if (terms !== undefined) affinities.push(terms)
  }
  return { affinities }
}

/** The claims that wait for the scheduler to name a node. */
export function undecidedClaims(pod: Pod, storage: Storage): PersistentVolumeClaim[] {
  return claimNamesOf(pod).flatMap((name) => {
    const claim = storage.claim(pod.metadata.namespace ?? 'default', name)
    return claim !== undefined && !isBound(claim) ? [claim] : []
  })
}

export function isBound(claim: PersistentVolumeClaim): boolean {
  return claim.status?.phase === 'Bound' && Boolean(claim.spec?.volumeName)
}

function waitsForConsumer(claim: PersistentVolumeClaim, storage: Storage): boolean {
  const storageClass = storage.storageClass(claim.spec?.storageClassName ?? '')
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
}

const problem = (text: string): Volumes => ({ affinities: [], problem: text })
