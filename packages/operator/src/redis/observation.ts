/** Everything one pass knows about one `Redis`, as plain JSON: `plan` reads nothing else. */
import type { ConfigMap, PodDisruptionBudget, Secret, Service, StatefulSet } from '@orlop/kube'
import type { Answer, NodeView } from '../observe/answer.ts'

export interface Observation {
  readonly statefulSet: StatefulSet | undefined
  readonly services: Readonly<Record<string, Service>>
  readonly configMap: ConfigMap | undefined
  readonly budget: PodDisruptionBudget | undefined
  readonly auth: AuthState
  readonly binding: Pick<Secret, 'metadata'> | undefined
  /** By ordinal; one entry for each instance that is wanted or exists. */
  readonly instances: readonly Instance[]
  /** What a deleted resource of the same name has left behind, and the garbage collector is about to take away. */
  readonly leftovers: readonly string[]
  /** Who the operator last published as the primary, from the ConfigMap. */
  readonly record: string | undefined
}

/** The password itself is never part of an Observation, only whether there is one and which (a revision). */
export type AuthState =
  | { readonly state: 'disabled' }
  | { readonly state: 'present'; readonly secret: string; readonly revision: string }
  | { readonly state: 'missing'; readonly secret: string }
  | { readonly state: 'invalid'; readonly secret: string; readonly message: string }

export interface Instance {
  readonly name: string
  readonly ordinal: number
  readonly pod: PodView | undefined
  readonly claim: ClaimView | undefined
  readonly answer: Answer<NodeView>
}

export interface PodView {
  readonly uid: string
  readonly resourceVersion: string
  readonly ip: string | undefined
  readonly node: string | undefined
  readonly zone: string | undefined
  readonly phase: string
  readonly ready: boolean
  readonly deleting: boolean
  /** Whether the process that holds the data runs, as far as Kubernetes knows. */
  readonly running: boolean
  readonly restarts: number
  readonly labels: Readonly<Record<string, string>>
  /** What the pod was built from: see build/pod-hash.ts. */
  readonly hash: string | undefined
  readonly parts: string | undefined
  /** Why it does not run: `CrashLoopBackOff: ...`, `Unschedulable: ...`. */
  readonly trouble: string | undefined
}

export interface ClaimView {
  readonly name: string
  readonly uid: string
  readonly bound: boolean
  readonly requested: string
  readonly capacity: string | undefined
  readonly storageClass: string | undefined
  readonly expandable: boolean
}

/** Whether the instance could hold data that nobody else has, though it does not answer. */
export function mayHoldData(instance: Instance): boolean {
  if (instance.answer.ok) return true
  if (instance.claim) return instance.claim.bound
  return instance.pod?.running === true
}

export function viewOf(instance: Instance | undefined): NodeView | undefined {
  return instance?.answer.ok ? instance.answer.value : undefined
}
