/** Looking at what only a pod can see: one short-lived pod on each node. */
import type { Client, Clock, ConnectionConfig, KubeObject } from '@orlop/kube'
import type { ProbeReport } from './report.ts'

export interface Probing {
  readonly client: Client
  readonly connection: ConnectionConfig
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Where the pods are made; where it is not there, in `default`. */
  readonly namespace: string
  /** With a shell; undefined: the operator's, which has Node. */
  readonly image: string | undefined
  readonly manifest: readonly KubeObject[] | undefined
  readonly note: (text: string) => void
}

export async function probeCluster(_probing: Probing): Promise<ProbeReport> {
  return { nodes: [], networkPolicy: undefined }
}
