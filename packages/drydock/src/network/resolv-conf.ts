/** The /etc/resolv.conf of a pod, as pkg/kubelet/network/dns/dns.go makes it. Pure. */

export interface DnsWishes {
  readonly namespace: string
  /** `spec.dnsPolicy`; ClusterFirst unless said. */
  readonly policy?: string | undefined
  /** `spec.dnsConfig`. */
  readonly config?:
    | {
        readonly nameservers?: readonly string[]
        readonly searches?: readonly string[]
        readonly options?: readonly { readonly name?: string; readonly value?: string }[]
      }
    | undefined
}

const domain = 'cluster.local'
/** The most that the resolver of libc, and so validation, allows. */
const mostServers = 3

/**
 * @param cluster the address of the cluster's name service. It stands for that of the machine as well (`Default`): nothing else is in reach,
 * and what it does not know it says at once.
 */
export function resolvConf(
  cluster: string,
  { namespace, policy = 'ClusterFirst', config = {} }: DnsWishes,
): string {
  const own = policy === 'ClusterFirst' || policy === 'ClusterFirstWithHostNet'
  const servers = [...(policy === 'None' ? [] : [cluster]), ...(config.nameservers ?? [])]
  const searches = [
    ...(own ? [`${namespace}.svc.${domain}`, `svc.${domain}`, domain] : []),
    ...(config.searches ?? []),
  ]
  const options = new Map<string, string>(own ? [['ndots', '5']] : [])
  for (const { name, value = '' } of config.options ?? []) if (name) options.set(name, value)
  const shown = [...options].map(([name, value]) => (value === '' ? name : `${name}:${value}`))
  return [
    ...distinct(servers)
      .slice(0, mostServers)
      .map((server) => `nameserver ${server}`),
    ...(searches.length > 0 ? [`search ${distinct(searches).join(' ')}`] : []),
    ...(shown.length > 0 ? [`options ${shown.join(' ')}`] : []),
    '',
  ].join('\n')
}

const distinct = (list: readonly string[]): string[] => [...new Set(list)]
