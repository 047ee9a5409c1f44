/** What the scheduler looks at for one pod, and the shape of its filters. */
import type { Node, Pod } from '@orlop/kube'
import type { NodeSelectorTerm } from '../wire.ts'

export interface Situation {
  readonly pod: Pod
  readonly nodes: readonly Node[]
  /** The unfinished pods of a node, terminating ones included: they hold their resources to the end. */
  readonly podsOn: (node: string) => readonly Pod[]
  readonly volumes: Volumes
}

/** What the pod's claims ask of a node. */
export interface Volumes {
  /** One list of terms for each volume: a node must match one term of each. */
  readonly affinities: readonly (readonly NodeSelectorTerm[])[]
  /** Why no node will do, in the words of the real scheduler. */
  readonly problem?: string
}

/** Why a node was refused. */
export interface Refusal {
  readonly reasons: readonly string[]
  /** Whether evicting pods could help: it changes what the message says. */
  readonly preemptable: boolean
}

export type Filter = (situation: Situation, node: Node) => Refusal | undefined

export const refuse = (reason: string): Refusal => ({ reasons: [reason], preemptable: false })
export const refuseForNow = (...reasons: string[]): Refusal => ({ reasons, preemptable: true })
