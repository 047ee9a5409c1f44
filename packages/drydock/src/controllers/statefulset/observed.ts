/** What a plan for a StatefulSet is made from. */
import type { PersistentVolumeClaim, Pod, StatefulSet } from '@orlop/kube'
import type { PodTemplate } from '../wire.ts'

export interface Revision {
  readonly name: string
  readonly template: PodTemplate
}

export interface Observed {
  readonly set: StatefulSet
  /** The pods it controls, terminating ones included. */
  readonly pods: readonly Pod[]
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>
  readonly current: Revision
  readonly update: Revision
  /** ms since the epoch */
  readonly now: number
}
