/** What can happen to a pod, by name. */
import { resources } from '@orlop/kube'
import type { Drydock } from '../src/drydock.ts'

export interface PodName {
  readonly namespace: string
  readonly name: string
}

export interface PodFaults {
  /** SIGKILL to every container. */
  kill(pod: PodName): Promise<void>
  /** SIGSTOP: it neither answers nor ends. */
  freeze(pod: PodName): Promise<void>
  thaw(pod: PodName): Promise<void>
  /** Cuts it off from everything. */
  partition(pod: PodName): Promise<void>
  heal(pod: PodName): Promise<void>
}

export function podFaults({ client, nodes, network }: Drydock): PodFaults {
  const uidOf = async (pod: PodName): Promise<string> =>
    (await client.get(resources.pods, pod)).metadata.uid ?? ''
  return {
    kill: async (pod) => {
      const uid = await uidOf(pod)
      for (const node of nodes) node.kill(uid)
    },
    freeze: async (pod) => {
      const uid = await uidOf(pod)
      for (const node of nodes) await node.freeze(uid)
    },
    thaw: async (pod) => {
      const uid = await uidOf(pod)
      for (const node of nodes) await node.thaw(uid)
    },
    partition: async (pod) => network.faults.partition(await uidOf(pod)),
    heal: async (pod) => network.faults.heal(await uidOf(pod)),
  }
}
