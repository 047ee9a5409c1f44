/**
 * What is added to the bare cluster: by default everything in addons/addons.ts. The services start with the machines and wait for whatever
 * they need by themselves; the rest is done once the nodes are ready.
 */
import type { Node } from './addresses.ts'
import type { Service } from './services.ts'

export interface Addon {
  /** As the line of progress names it. */
  readonly name: string
  /** Programs of `hack/kubernetes/build`: they lie on the PATH of every machine. */
  readonly programs?: readonly string[]
  /** Recipes of `images/archive`, loaded into every node before the manifests are applied. */
  readonly images?: readonly string[]
  /** Paths of files, applied in this order by `kubectl apply --server-side`; definitions of kinds are awaited before the next one. */
  readonly manifests?: readonly string[]
  /** Deployments that `up` waits for, as `namespace/name`. */
  readonly available?: readonly string[]
  /** What runs on every node beside its kubelet. */
  readonly onNode?: (node: Node) => readonly Service[]
  /** What runs beside the API server. */
  readonly onControlPlane?: () => readonly Service[]
}
