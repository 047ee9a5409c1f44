/** Keeps the kernel's rules in step with NetworkPolicies, and with the pods and namespaces they select. */
import { type Namespace, type NetworkPolicy, type Pod, Reflector, resources } from '@orlop/kube'
import { keepTable } from '../rules/keep-table.ts'
import type { ServiceWatchOptions } from '../service-watch.ts'
import { compilePolicies } from './compile.ts'
import { labelsOf, type PolicyPod, policyPod } from './policy-world.ts'
import { skeleton } from './skeleton.ts'

export interface PolicyOptions extends ServiceWatchOptions {
  /** Name of the nftables table: unique in the network namespace. */
  readonly table: string
  /** What is no pod and counts as one. */
  readonly beside: readonly PolicyPod[]
}

/** Where a pod is connected. */
interface Link {
  readonly address: string
  /** The address of its node. */
  readonly node: string
}

export interface PolicyEnforcer {
  /** A pod got its connection. Resolves when its policies are enforced: before its first process can speak. */
  attached(pod: { uid: string; namespace: string; name: string }, link: Link): Promise<void>
  detached(uid: string): void
  readonly stopped: Promise<void>
}

/** How long a pod that is being connected may be unknown to the cache, in ms. */
const patience = 2000

/** Resolves once the first rules are in place; runs until `signal` aborts. */
export async function startPolicies(o: PolicyOptions): Promise<PolicyEnforcer> {
  const { signal, clock, log } = o
  const policies = new Reflector<NetworkPolicy>({ ...o, resource: resources.networkPolicies })
  const namespaces = new Reflector<Namespace>({ ...o, resource: resources.namespaces })
  const pods = new Reflector<Pod>({ ...o, resource: resources.pods, transform: essence })
  const all = [policies, namespaces, pods]
  const ended = Promise.all(all.map((reflector) => reflector.run(signal)))
  await Promise.all(all.map((reflector) => reflector.synced(signal)))
  const links = new Map<string, Link>()

  const connected = (): PolicyPod[] =>
    pods.store.list().flatMap((pod) => {
      const link = links.get(pod.metadata.uid ?? '')
      const found = link && policyPod(pod, link)
      return found ? [found] : []
    })
  const kept = await keepTable({
    ...o,
    skeleton: skeleton(o.table),
    wanted: () =>
      compilePolicies({
        policies: policies.store.list(),
        namespaces: labelsOf(namespaces.store.list()),
        pods: policies.store.size === 0 ? [] : [...o.beside, ...connected()],
      }),
  })
  const changed = (): void => {
    if (policies.store.size > 0) kept.changed()
  }
  policies.subscribe(kept.changed)
  namespaces.subscribe(changed)
  pods.subscribe((change) => {
    if (change.type !== 'updated' || facts(change.old) !== facts(change.object)) changed()
  })

  return {
    async attached({ uid, namespace, name }, link) {
      links.set(uid, link)
      if (policies.store.list(namespace).length === 0) return changed()
      const late = AbortSignal.any([signal, AbortSignal.timeout(patience)])
      const known = (): boolean => pods.store.get(`${namespace}/${name}`)?.metadata.uid === uid
      while (!known() && !late.aborted) await clock.sleep(5, late).catch(() => undefined)
      if (!known() && !signal.aborted)
        log.warn({ namespace, name }, 'a pod got its network before its policies were enforced')
      kept.changed()
      await kept.settled()
    },
    detached(uid) {
      if (links.delete(uid)) changed()
    },
    stopped: kept.stopped(ended),
  }
}

/** Of a pod only what policies are judged by is kept. */
function essence({ apiVersion, kind, metadata, spec, status }: Pod): Pod {
  const { name, namespace = '', uid = '', resourceVersion = '', labels = {} } = metadata
  const portsOnly = (containers: NonNullable<Pod['spec']>['containers'] = []) =>
    containers.map(({ name, ports = [], restartPolicy }) => ({
      name,
      ports,
      ...(restartPolicy ? { restartPolicy } : {}),
    }))
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, labels },
    spec: {
      containers: portsOnly(spec?.containers),
      initContainers: portsOnly(spec?.initContainers),
      ...(spec?.hostNetwork ? { hostNetwork: true } : {}),
    },
    status: status?.phase ? { phase: status.phase } : {},
  }
}

function facts({ metadata, spec, status }: Pod): string {
  const finished = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  return JSON.stringify([metadata.uid, metadata.labels, spec, finished])
}
