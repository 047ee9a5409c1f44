/** Whether an operator runs already, which one, and who of it acts. */
import {
  type Deployment,
  isForbidden,
  type KubeObject,
  type Lease,
  type Resource,
  resources,
} from '@orlop/kube'
import { watchedNamespaces } from '../../install/namespaced.ts'
import type { Check, Finding, Result } from '../check.ts'
import { answersWithin, type Surroundings } from '../surroundings.ts'

/** What both are called, wherever they are. */
const selector = { fieldSelector: 'metadata.name=orlop-operator' }

export const operator: Check = checkOf('ok')

/** Before another one is installed: one outside the cluster, such as that of the local Kubernetes, is in its way. */
export const operatorBeforeInstall: Check = checkOf('warn')

function checkOf(outside: Result): Check {
  return {
    name: 'operator',
    title: 'Operator',
    run: async (look) => {
      const [deployments, leases] = await Promise.all([
        anywhere(look, resources.deployments),
        anywhere(look, resources.leases),
      ])
      return judgeOperator(deployments, leases, look.clock.now(), outside)
    },
  }
}

/** In all namespaces; where that may not be seen, in that of the operator. */
async function anywhere<T extends KubeObject>(look: Surroundings, resource: Resource<T>): Promise<T[]> {
  const { client, signal, operatorNamespace: namespace } = look
  const options = { ...selector, signal, timeout: answersWithin }
  const answer = await client.list(resource, options).catch((error: unknown) => {
    if (!isForbidden(error)) throw error
    return client.list(resource, { ...options, namespace })
  })
  return answer.items
}

export function judgeOperator(
  deployments: readonly Deployment[],
  leases: readonly Lease[],
  now: number,
  outside: Result = 'warn',
): Finding {
  const held = leases.filter((lease) => holds(lease, now))
  const holders = held.map(
    ({ metadata, spec }) => `${spec?.holderIdentity} leads (lease ${metadata.namespace}/${metadata.name})`,
  )
  const [only] = deployments
  if (only === undefined) {
    if (held.length === 0) return { result: 'ok', seen: 'none runs' }
    return {
      result: outside,
      seen: `one runs outside the cluster: ${holders.join(', ')}`,
      remedy: 'stop it before another one is installed: only one of the two acts, whichever has the lease',
    }
  }
  const details = deployments.map(describe)
  if (deployments.length > 1) {
    const places = deployments.map(({ metadata }) => metadata.namespace)
    const apart = areApart(deployments)
    return {
      result: apart ? 'ok' : 'warn',
      seen: `${deployments.length} run, in ${places.join(', ')}${apart ? ', for different namespaces' : ' and look after the same caches'}`,
      details: [...details, ...holders],
      ...(apart ? {} : { remedy: `remove one: orlop uninstall --namespace ${places.at(-1)}` }),
    }
  }
  const { ready, wanted } = counts(only)
  const seen = `${describe(only)}${held.length === 0 ? '' : `; ${holders.join(', ')}`}`
  if (wanted === 0) {
    return { result: 'warn', seen: `${seen}: nobody looks after the caches`, remedy: scale(only, 2) }
  }
  if (ready === 0) {
    return {
      result: 'fail',
      seen,
      remedy: `kubectl -n ${only.metadata.namespace} describe pods; orlop install says why it does not start`,
    }
  }
  if (held.length === 0) {
    return {
      result: 'warn',
      seen: `${seen}; nobody holds the lease`,
      remedy: `kubectl -n ${only.metadata.namespace} logs deployment/${only.metadata.name}`,
    }
  }
  if (ready < wanted) {
    return { result: 'warn', seen, remedy: `kubectl -n ${only.metadata.namespace} get pods` }
  }
  return { result: 'ok', seen }
}

function describe(deployment: Deployment): string {
  const { ready, wanted } = counts(deployment)
  const image = deployment.spec?.template.spec?.containers[0]?.image ?? '?'
  return `${deployment.metadata.namespace}/${deployment.metadata.name}, ${image}, ${ready} of ${wanted} ready`
}

function counts({ spec, status }: Deployment): { ready: number; wanted: number } {
  return { ready: status?.readyReplicas ?? 0, wanted: spec?.replicas ?? 1 }
}

function scale({ metadata }: Deployment, replicas: number): string {
  return `kubectl -n ${metadata.namespace} scale deployment ${metadata.name} --replicas ${replicas}`
}

/** The times are of another machine's clock: a lease counts as held for a minute longer. */
function holds({ spec }: Lease, now: number): boolean {
  const renewed = Date.parse(spec?.renewTime ?? '')
  const lasts = (spec?.leaseDurationSeconds ?? 15) * 1000 + 60_000
  return (spec?.holderIdentity ?? '') !== '' && now - renewed < lasts
}

/** Whether no namespace is looked after twice. */
function areApart(deployments: readonly Deployment[]): boolean {
  const all = deployments.map(watchedNamespaces)
  const names = all.flat()
  return all.every(({ length }) => length > 0) && new Set(names).size === names.length
}
