/** The next step for one PersistentVolumeClaim. Pure; the steps are few, so that each is seen before the next. */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '@orlop/kube'
import { hasFinalizer } from '@orlop/kube'
import { quantity } from '../quantity.ts'
import type { ClaimStatus } from '../wire.ts'
import { chooseVolume, provisioned } from './match.ts'
import { CLAIM_PROTECTION, claimNamesOf, isDefaultClass, PROVISIONER, SELECTED_NODE } from './names.ts'

export interface ClaimView {
  readonly claim: PersistentVolumeClaim
  readonly volumes: readonly PersistentVolume[]
  readonly classes: readonly StorageClass[]
  /** The pods of its namespace. */
  readonly pods: readonly Pod[]
  readonly node: (name: string) => Node | undefined
  /** The folder that holds the volumes' folders. */
  readonly folder: string
}

export type ClaimStep =
  | { readonly kind: 'protect' | 'unprotect' }
  | { readonly kind: 'setClass'; readonly name: string }
  | { readonly kind: 'provision'; readonly volume: PersistentVolume }
  /** Write the claim into the volume, which nobody else can then take. */
  | { readonly kind: 'reserve'; readonly volume: PersistentVolume }
  /** Write the volume into the claim. */
  | { readonly kind: 'bind'; readonly volume: PersistentVolume }
  | { readonly kind: 'grow'; readonly volume: PersistentVolume; readonly capacity: string }
  | { readonly kind: 'status'; readonly status: ClaimStatus }

export function claimStep(view: ClaimView): ClaimStep | undefined {
  const { claim } = view
  const isProtected = hasFinalizer(claim, CLAIM_PROTECTION)
  if (claim.metadata.deletionTimestamp !== undefined) {
    return isProtected && !isUsed(view) ? { kind: 'unprotect' } : undefined
  }
  if (!isProtected) return { kind: 'protect' }
  return claim.spec?.volumeName ? boundStep(view, claim.spec.volumeName) : unboundStep(view)
}

/** As the real protection controller: a pod without a node cannot have mounted it. */
function isUsed({ claim, pods }: ClaimView): boolean {
  return pods.some((pod) => Boolean(pod.spec?.nodeName) && claimNamesOf(pod).includes(claim.metadata.name))
}

function unboundStep(view: ClaimView): ClaimStep | undefined {
  const { claim, classes, volumes, node } = view
  const reserved = volumes.find((v) => isReservedFor(v, claim))
  if (reserved !== undefined) return { kind: 'bind', volume: reserved }
  if (claim.spec?.storageClassName === undefined) {
    const standard = classes.find(isDefaultClass)
    if (standard !== undefined) return { kind: 'setClass', name: standard.metadata.name }
  }
  const storageClass = classes.find((c) => c.metadata.name === claim.spec?.storageClassName)
  const selected = claim.metadata.annotations?.[SELECTED_NODE]
  const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && selected === undefined
  if (!waits) {
    const volume = chooseVolume(claim, volumes, selected === undefined ? undefined : node(selected))
    if (volume !== undefined) return { kind: 'reserve', volume }
    if (storageClass?.provisioner === PROVISIONER) {
      return { kind: 'provision', volume: provisioned(claim, storageClass, selected, view.folder) }
    }
  }
  return claim.status?.phase === 'Pending' ? undefined : { kind: 'status', status: { phase: 'Pending' } }
}

function boundStep({ claim, volumes, classes }: ClaimView, volumeName: string): ClaimStep | undefined {
  const volume = volumes.find((v) => v.metadata.name === volumeName)
  if (volume === undefined) {
    const lost = claim.status?.phase === 'Bound'
    return lost ? { kind: 'status', status: { phase: 'Lost' } } : undefined
  }
  if (volume.spec?.claimRef === undefined || isFor(volume, claim)) {
    if (!isReservedFor(volume, claim)) return { kind: 'reserve', volume }
  }
  // Somebody else's volume: the claim stays pending until a person intervenes.
  if (!isReservedFor(volume, claim)) return undefined
  const has = volume.spec?.capacity?.storage ?? '0'
  const status = boundStatus(volume)
  if (claim.status?.phase !== 'Bound') return { kind: 'status', status }
  const wants = claim.spec?.resources?.requests?.storage ?? '0'
  const storageClass = classes.find((c) => c.metadata.name === claim.spec?.storageClassName)
  // Volumes of others are for others to make larger.
  const grows = storageClass?.allowVolumeExpansion === true && storageClass.provisioner === PROVISIONER
  if (grows && quantity(wants) > quantity(has)) {
    return { kind: 'grow', volume, capacity: wants }
  }
  const shows = claim.status.capacity?.storage
  return quantity(shows) === quantity(has) ? undefined : { kind: 'status', status }
}

function boundStatus({ spec }: PersistentVolume): ClaimStatus {
  return {
    phase: 'Bound',
    ...(spec?.accessModes === undefined ? {} : { accessModes: spec.accessModes }),
    ...(spec?.capacity === undefined ? {} : { capacity: spec.capacity }),
  }
}

function isFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef
  const { name, namespace, uid } = claim.metadata
  if (reference?.name !== name || reference.namespace !== namespace) return false
  return reference.uid === undefined || reference.uid === uid
}

function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return volume.spec?.claimRef?.uid !== undefined && volume.spec.claimRef.uid === claim.metadata.uid
}
