/** Who wrote fields of an object: `metadata.managedFields`, of which server-side apply makes its conflicts. */
import type { KubeObject } from '@orlop/kube'

/** By which `orlop install` applies. */
export const fieldManager = 'orlop'

/** `orlop-cli` is what `orlop up` applies by. */
const own: readonly string[] = [fieldManager, 'orlop-cli']

/** Those of the control plane: they keep status, and what they were asked to keep. */
const ofTheCluster = /^(kube-|k8s-|service-ca|cluster-)|^(kubelet|clusterrole-aggregation-controller)$/

export interface Manager {
  readonly name: string
  readonly ours: boolean
}

/** Who wrote something beside the status, each once, without the control plane. */
export function managersOf({ metadata }: KubeObject): Manager[] {
  const names = (metadata.managedFields ?? []).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return []
    const { manager, subresource } = { manager: '', subresource: '', ...entry }
    return subresource === '' && !ofTheCluster.test(manager) ? [manager] : []
  })
  return [...new Set(names)].map((name) => ({ name, ours: isOurs(name) }))
}

export function isOurs(manager: string): boolean {
  return own.includes(manager)
}
