/** What policies are judged by: pods with their addresses, and namespaces. */
import type { Namespace, Pod } from '@orlop/kube'

export type Labels = Readonly<Record<string, string>>

export interface NamedPort {
  readonly name: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly port: number
}

/** A pod that has an address of its own. */
export interface PolicyPod {
  readonly namespace: string
  readonly labels: Labels
  readonly address: string
  /** The address of its node; undefined for what is no pod but counts as one: a policy never isolates it. */
  readonly node: string | undefined
  readonly ports: readonly NamedPort[]
}

/** Labels of namespaces by name. */
export type NamespaceLabels = ReadonlyMap<string, Labels>

export function labelsOf(namespaces: readonly Namespace[]): NamespaceLabels {
  return new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]))
}

/** Undefined for a pod without an address of its own, and for one that has finished: its address may be another's. */
export function policyPod(pod: Pod, link: { address: string; node: string }): PolicyPod | undefined {
  const { spec, status, metadata } = pod
  if (spec?.hostNetwork === true || status?.phase === 'Succeeded' || status?.phase === 'Failed')
    return undefined
  return { namespace: metadata.namespace ?? '', labels: metadata.labels ?? {}, ...link, ports: portsOf(pod) }
}

function portsOf({ spec }: Pod): NamedPort[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap(({ name, protocol, containerPort }) =>
      name ? [{ name, protocol: protocolOf(protocol), port: containerPort }] : [],
    ),
  )
}

export function protocolOf(text: string | undefined): NamedPort['protocol'] {
  return text === 'UDP' ? 'udp' : text === 'SCTP' ? 'sctp' : 'tcp'
}

/**
 * What answers and asks beside the pods counts as pods, where on other clusters it is pods: the name service as the one of `kube-system` that
 * every policy for DNS names, and the operator, with everything else that runs beside the nodes, as one of `orlop-system`.
 */
export function besidePods(dns: string, beside: string): PolicyPod[] {
  return [
    {
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      address: dns,
      node: undefined,
      ports: [
        { name: 'dns', protocol: 'udp', port: 53 },
        { name: 'dns-tcp', protocol: 'tcp', port: 53 },
      ],
    },
    {
      namespace: 'orlop-system',
      labels: { 'app.kubernetes.io/name': 'orlop-operator' },
      address: beside,
      node: undefined,
      ports: [],
    },
  ]
}
