/** What checks look at: the cluster, and what several of them need, read once. */
import {
  type Client,
  type Clock,
  type ConnectionConfig,
  type KubeObject,
  type Node,
  type Resource,
  resources,
  type StorageClass,
} from '@orlop/kube'
import type { ProbeReport } from './probe/report.ts'

/** How long a single question to the API server may take, in ms. */
export const answersWithin = 8_000

export interface Target {
  readonly client: Client
  readonly connection: ConnectionConfig
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Where the operator runs, or is to run. */
  readonly operatorNamespace: string
  /** Where caches run, or are to run. */
  readonly namespaces: readonly string[]
  /** What `orlop install` would make; undefined where that cannot be read. */
  readonly manifest: readonly KubeObject[] | undefined
  /** What short-lived pods saw; undefined where none were asked for. */
  readonly probe: ProbeReport | undefined
}

export interface Surroundings extends Target {
  nodes(): Promise<readonly Node[]>
  storageClasses(): Promise<readonly StorageClass[]>
}

export function surroundingsOf(target: Target): Surroundings {
  const { client, signal } = target
  const listed = <T extends KubeObject>(resource: Resource<T>): (() => Promise<readonly T[]>) => {
    let asked: Promise<readonly T[]> | undefined
    return () => {
      asked ??= client.list(resource, { signal, timeout: answersWithin }).then(({ items }) => items)
      return asked
    }
  }
  return {
    ...target,
    nodes: listed(resources.nodes),
    storageClasses: listed(resources.storageClasses),
  }
}
