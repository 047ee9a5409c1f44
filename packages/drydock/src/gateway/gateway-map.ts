/** Where on this machine the addresses of the cluster are to be found; other programs read it from the state folder. */
export interface GatewayMap {
  /** `namespace/name` to port to `host:port`. */
  services: Record<string, Record<string, string>>
  pods: Record<string, Record<string, string>>
  /** Ports of nodes, as the same port of 127.0.0.1: only those that no other program of this machine has. */
  nodePorts: Record<string, Record<string, string>>
}

/** 10.96.a.b and 10.244.a.b are reached as 127.96.a.b and 127.244.a.b: all of 127.0.0.0/8 is this machine. */
export function loopbackFor(address: string): string {
  return address.replace(/^\d+\./, '127.')
}
