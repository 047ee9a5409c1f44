/** The endpoints a Service has by its pods, and the ports it reaches them on. Pure. */
import type { EndpointSlice, Node, Pod, Service } from '@orlop/kube'
import { isFinished, isReady, isTerminating, podCondition } from '../pod-state.ts'
import type { ServicePort } from '../wire.ts'

export type Endpoint = EndpointSlice['endpoints'][number]
export type EndpointPort = NonNullable<EndpointSlice['ports']>[number]

/** Endpoints with equal ports share slices: a named target port may be another number in another pod. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[]
  readonly endpoints: readonly Endpoint[]
}

export interface ServiceView {
  readonly service: Service
  /** The pods its selector matches. */
  readonly pods: readonly Pod[]
  readonly node: (name: string) => Node | undefined
}

/** At least one group, so that a Service without endpoints has a slice that says so. */
export function portGroups({ service, pods, node }: ServiceView): PortGroup[] {
  const groups = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>()
  const sorted = pods.filter(hasAddress).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  for (const pod of sorted) {
    const ports = portsFor(service, pod)
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, endpoints: [] }
    group.endpoints.push(endpointOf(service, pod, node))
    groups.set(key, group)
  }
  return groups.size > 0 ? [...groups.values()] : [{ ports: [], endpoints: [] }]
}

const CHANGE_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/** What made the endpoints what they are, and when: by it the way of a change to the proxies is measured. */
export function changeTime({ service, pods }: ServiceView): Record<string, string> {
  const ready = pods.map((pod) => podCondition(pod, 'Ready')?.lastTransitionTime)
  const times = [service.metadata.creationTimestamp, ...ready].filter((time) => time !== undefined)
  const last = times.sort().at(-1)
  return last === undefined ? {} : { [CHANGE_TIME]: last }
}

/** Terminating pods keep their place, with ready false, so that connections can drain. */
export function hasAddress(pod: Pod): boolean {
  return Boolean(pod.status?.podIP) && !isFinished(pod)
}

function endpointOf(service: Service, pod: Pod, node: ServiceView['node']): Endpoint {
  const { name, namespace, uid } = pod.metadata
  const nodeName = pod.spec?.nodeName
  const zone = nodeName && node(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone']
  const hostname = pod.spec?.subdomain === service.metadata.name ? pod.spec.hostname : undefined
  const [serving, terminating] = [isReady(pod), isTerminating(pod)]
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: publishesNotReady(service) || (serving && !terminating), serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: {
      kind: 'Pod',
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
    ...(zone ? { zone } : {}),
  }
}

export function publishesNotReady(service: Service): boolean {
  return service.spec?.publishNotReadyAddresses === true
}

export function portsFor(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod)
    if (number === undefined) return []
    const { appProtocol, protocol = 'TCP', name = '' } = port
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })
}

function targetPort(
  { port, targetPort = port, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars(pod)]) {
    const match = container.ports?.find((p) => p.name === targetPort && (p.protocol ?? 'TCP') === protocol)
    if (match !== undefined) return match.containerPort
  }
  return undefined
}

type Container = NonNullable<Pod['spec']>['containers'][number]

function sidecars(pod: Pod): Container[] {
  return (pod.spec?.initContainers ?? []).filter(
    (container) => 'restartPolicy' in container && container.restartPolicy === 'Always',
  )
}
