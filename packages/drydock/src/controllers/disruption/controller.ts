/** Keeps the status of PodDisruptionBudgets, which evictions are decided by. */
import { controllerOf, keyOf, type OwnerReference, type Pod, resources, watches } from '@orlop/kube'
import { type ControllerContext, register, watchOwned, watchPods } from '../context.ts'
import { matchesSelector } from '../selector.ts'
import { budgetStatus, sameStatus } from './budget.ts'

export function disruption(context: ControllerContext): void {
  const { client, clock, manager } = context
  const budgets = manager.reflector(resources.podDisruptionBudgets)
  const sets = manager.reflector(resources.statefulSets)
  const replicaSets = watchOwned(context, resources.replicaSets)
  const deployments = manager.reflector(resources.deployments)
  const pods = watchPods(context)

  const scaleOf = ({ kind, name }: OwnerReference, namespace: string): number | undefined => {
    const key = `${namespace}/${name}`
    if (kind === 'StatefulSet') return sets.store.get(key)?.spec?.replicas
    if (kind !== 'ReplicaSet') return undefined
    const set = replicaSets.store.get(key)
    const deployment = set && controllerOf(set)
    // During a roll-out each of two sets has a part; the Deployment says how many there should be.
    return deployment?.kind === 'Deployment'
      ? deployments.store.get(`${namespace}/${deployment.name}`)?.spec?.replicas
      : set?.spec?.replicas
  }
  const covering = (pod: Pod): string[] =>
    budgets.store
      .list(pod.metadata.namespace)
      .filter((budget) => matchesSelector(pod.metadata.labels, budget.spec?.selector))
      .map(keyOf)
  const inNamespace = ({ metadata }: { metadata: { namespace?: string } }): string[] =>
    budgets.store.list(metadata.namespace).map(keyOf)

  register(context, {
    name: 'disruption',
    reconcile: async ({ namespace, name }, signal) => {
      const budget = budgets.store.get(`${namespace}/${name}`)
      if (budget === undefined) return
      const matching = pods.store
        .list(namespace)
        .filter((pod) => matchesSelector(pod.metadata.labels, budget.spec?.selector))
      const status = budgetStatus({ budget, pods: matching, scaleOf, now: clock.now() })
      if (!sameStatus(budget.status, status)) {
        await client.update(
          resources.podDisruptionBudgets,
          { ...budget, status },
          { subresource: 'status', signal },
        )
      }
      // An eviction that came to nothing has to be forgotten.
      return status.disruptedPods === undefined ? {} : { requeueAfter: 30_000 }
    },
    sources: [
      watches(budgets, (budget) => [keyOf(budget)]),
      watches(pods, (pod, old) => [...covering(pod), ...(old === undefined ? [] : covering(old))]),
      watches(sets, inNamespace),
      watches(replicaSets, inNamespace),
      watches(deployments, inNamespace),
    ],
  })
}
