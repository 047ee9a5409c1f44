/** What the behaviours need of a cluster, whichever it is. */

/** What not every cluster can do. Cases ask for one by name; what a target cannot is printed with the reason. */
export const abilities = {
  cutNode: 'a node can be cut off the network, and connected again',
  switchOffNode: 'a node can be switched off, and on again',
  closeToOutside: 'what is no longer open to the outside is closed to it',
  enforceRbac: 'roles are enforced',
  operatorImage: 'the operator runs in the cluster from its image',
  helm: 'charts can be installed',
} as const
export type Ability = keyof typeof abilities

/** Undefined: it can. Otherwise why not. */
export type Abilities = Readonly<Record<Ability, string | undefined>>

export type NodeVerb = 'cut' | 'mend' | 'off' | 'on'

export interface Target {
  readonly name: 'real' | 'drydock'
  readonly can: Abilities
  /** Storage classes: one whose volumes grow, and one whose do not. */
  readonly storageClasses: { readonly growing: string; readonly fixed: string }
  readonly kubeconfig: string
  /** What to put before a command: in the cluster's network with its names, and in the network outside of it. */
  readonly inside: readonly string[]
  readonly outside: readonly string[]
  readonly kubectl: readonly string[]
  readonly helm: readonly string[]
  node(verb: NodeVerb, name: string): Promise<void>
  /** Where a client outside reaches a port of a Service of type NodePort or LoadBalancer; undefined while that is not so yet. */
  addressOutside(service: OpenService, port: number): Promise<OutsideAddress | undefined>
}

export interface OutsideAddress {
  readonly host: string
  readonly port: number
}

/** The parts of a Service that say how it is reached. */
export interface OpenService {
  readonly namespace: string
  readonly name: string
  readonly type: string
  readonly nodePort: number | undefined
  readonly ingress: string | undefined
}

/** Bringing a target up and down; apart from {@link Target}, since tests only use what is there. */
export interface Stage {
  /** Leaves one that is up already as it is; loads the images. */
  up(note: (text: string) => void): Promise<void>
  down(): Promise<void>
  /** What to put before the tests' own program, so that it reaches the API. */
  readonly enter: readonly string[]
  /** Writes logs of the cluster itself into a folder. */
  collect(folder: string): Promise<void>
}
