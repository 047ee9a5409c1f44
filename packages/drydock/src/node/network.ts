/** What a node needs of the pod network. */
export interface PodNetwork {
  /** Gives a pod an address and a network namespace of its own; `netns` is a path for `nsenter --net`. */
  attach(
    pod: { uid: string; namespace: string; name: string },
    node: string,
  ): Promise<{ ip: string; netns: string }>
  detach(uid: string): Promise<void>
  readonly dnsAddress: string
  /** The text of /etc/resolv.conf for pods of a namespace. */
  resolvConf(namespace: string): string
}
