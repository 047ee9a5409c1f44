import type { DnsWishes } from '../network/resolv-conf.ts'

/** What a node needs of the pod network. */
export interface PodNetwork {
  /** Gives a pod an address and a network namespace of its own; `netns` is a path for `nsenter --net`. */
  attach(
    pod: { uid: string; namespace: string; name: string },
    node: string,
  ): Promise<{ ip: string; netns: string }>
  detach(uid: string): Promise<void>
  readonly dnsAddress: string
  /** The text of a pod's /etc/resolv.conf. */
  resolvConf(wishes: DnsWishes): string
  /** The variables by which a pod's containers find Services; those of its namespace only with `links`. */
  serviceVariables(namespace: string, links: boolean): Readonly<Record<string, string>>
}
