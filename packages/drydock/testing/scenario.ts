/** One scenario: what a user does, how to tell that it is done, and what must be so at the end. */
import type { Client, KubeObject, Resource } from '@orlop/kube'
import type { Drydock } from '../src/drydock.ts'
import type { PodFaults } from './pod-faults.ts'
import type { Subject } from './subject.ts'
import type { Write } from './write.ts'

/** Where one run of a scenario takes place: a namespace of its own. */
export interface Stage {
  readonly drydock: Drydock
  readonly client: Client
  readonly namespace: string
  readonly pods: PodFaults
}

export interface Step<World> {
  readonly name: string
  /** The user's doing. It may take no longer than a user's command would: waiting is for `settled`. */
  do(world: World): Promise<void>
  /** What it still waits for; undefined when everything is as the user wants it. May throw meanwhile. */
  settled(world: World): Promise<string | undefined>
  /** Ten looks after this step must write nothing. */
  readonly quiet?: boolean
  /** For a step that breaks something that only the subject mends: the next step cannot be made before. */
  readonly needsSubject?: boolean
}

export interface Scenario<World> {
  readonly name: string
  readonly subject: Subject
  readonly steps: readonly Step<World>[]
  open(stage: Stage): World
  /** What must be the same at the end beyond the objects of the namespace: roles, settings, what is missing of the data. */
  inspect(world: World): Promise<unknown>
  /** The kinds whose objects must be the same at the end. */
  readonly kinds: readonly Resource[]
  /** An object without what may differ from run to run; undefined leaves it out. Uids, times and addresses are taken out already. */
  mask?(object: KubeObject): unknown
  /** Makes the subject look, though nothing that it keeps has changed. */
  look(world: World, n: number): Promise<void>
  /** Why this write must not be made, by the truth of this moment and not by what the subject was shown. */
  wrong?(world: World, write: Write): Promise<string | undefined>
}
