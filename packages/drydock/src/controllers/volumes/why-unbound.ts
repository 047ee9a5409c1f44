/** What is told of a claim that has no volume, in the words of pkg/controller/volume/persistentvolume/pv_controller.go. Pure. */
import type { EventInput } from '@orlop/kube'
import type { ClaimStep, ClaimView } from './claim-step.ts'
import { claimNamesOf, SELECTED_NODE } from './names.ts'

/** Why nothing can be done for the claim now; undefined for one that is bound, or about to be. */
export function whyUnbound({ claim, classes, pods }: ClaimView): EventInput | undefined {
  const { storageClassName = '', volumeName = '' } = claim.spec ?? {}
  if (claim.metadata.deletionTimestamp !== undefined || volumeName !== '') return undefined
  if (storageClassName === '') {
    const note = 'no persistent volumes available for this claim and no storage class is set'
    return { type: 'Normal', reason: 'FailedBinding', note }
  }
  const storageClass = classes.find(({ metadata }) => metadata.name === storageClassName)
  if (storageClass === undefined) {
    const note = `storageclass.storage.k8s.io "${storageClassName}" not found`
    return { type: 'Warning', reason: 'ProvisioningFailed', note }
  }
  const isChosen = claim.metadata.annotations?.[SELECTED_NODE] !== undefined
  if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer' || isChosen) return undefined
  const waiting = pods
    .filter((pod) => !pod.spec?.nodeName && claimNamesOf(pod).includes(claim.metadata.name))
    .map((pod) => pod.metadata.name)
  if (waiting.length === 0) {
    const note = 'waiting for first consumer to be created before binding'
    return { type: 'Normal', reason: 'WaitForFirstConsumer', note }
  }
  const note = `waiting for pod${waiting.length > 1 ? 's' : ''} ${waiting.join(',')} to be scheduled`
  return { type: 'Normal', reason: 'WaitForPodScheduled', note }
}

export function lostBy(step: ClaimStep): EventInput | undefined {
  if (step.kind !== 'status' || step.status.phase !== 'Lost') return undefined
  const note = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
  return { type: 'Warning', reason: 'ClaimLost', note }
}
