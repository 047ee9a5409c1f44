/** Whether names of Services resolve: clients find a cache, and Sentinels one another, by name. */
import { type EndpointSlice, resources, type Service } from '@orlop/kube'
import type { Check, Finding } from '../check.ts'
import type { ProbeReport } from '../probe/report.ts'
import { answersWithin } from '../surroundings.ts'

export const clusterDns: Check = {
  name: 'cluster-dns',
  title: 'Cluster DNS',
  run: async ({ client, signal, probe }) => {
    const call = { signal, timeout: answersWithin }
    for (const { namespace, labelSelector } of places) {
      const { items } = await client.list(resources.services, { namespace, labelSelector, ...call })
      const [service] = items
      if (service === undefined) continue
      const slices = await client.list(resources.endpointSlices, {
        namespace,
        labelSelector: `kubernetes.io/service-name=${service.metadata.name}`,
        ...call,
      })
      return judgeDns(service, slices.items, probe)
    }
    return judgeDns(undefined, [], probe)
  },
}

/** Every conformant installer uses the first (`cluster/addons/dns`); OpenShift the second. */
const places = [
  { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' },
  { namespace: 'openshift-dns', labelSelector: 'dns.operator.openshift.io/owning-dns=default' },
]

export function judgeDns(
  service: Service | undefined,
  slices: readonly EndpointSlice[],
  probe: ProbeReport | undefined,
): Finding {
  const failing = (probe?.nodes ?? []).filter((node) => node.resolves === false).map(({ node }) => node)
  const tried = (probe?.nodes ?? []).filter((node) => node.resolves !== undefined)
  const remedy = 'kubectl -n kube-system get pods,endpointslices -l k8s-app=kube-dns'
  if (failing.length > 0) {
    return {
      result: 'fail',
      seen: `pods on ${failing.join(', ')} cannot resolve the names of Services`,
      remedy,
    }
  }
  const proof =
    tried.length > 0
      ? '; pods on every node that was tried resolve a name'
      : '; resolving: not tried; --probe'
  if (service === undefined) {
    return tried.length > 0
      ? { result: 'ok', seen: `no Service kube-dns, but pods on every node that was tried resolve a name` }
      : {
          result: 'unknown',
          seen: 'there is no Service kube-dns in kube-system; --probe finds out whether names resolve',
        }
  }
  const ready = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter((e) => e.conditions?.ready !== false).length
  const name = `${service.metadata.namespace}/${service.metadata.name} at ${service.spec?.clusterIP ?? '?'}`
  // The local Kubernetes and some providers answer DNS on each node, without pods behind the Service.
  if (ready === 0 && tried.length > 0) return { result: 'ok', seen: `${name}, without endpoints${proof}` }
  if (ready === 0)
    return {
      result: 'warn',
      seen: `${name} has no endpoint that is ready; --probe finds out whether names resolve`,
      remedy,
    }
  return { result: 'ok', seen: `${name}, ${ready} ${ready === 1 ? 'endpoint' : 'endpoints'} ready${proof}` }
}
