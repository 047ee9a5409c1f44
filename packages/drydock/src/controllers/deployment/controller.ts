/** The Deployment controller. */
import { isDeepStrictEqual } from 'node:util'
import {
  controllerOf,
  type Deployment,
  type EventRecorder,
  keyOf,
  type ReplicaSet,
  resources,
  watches,
} from '@orlop/kube'
import { checkUnchanged, createOnce, deleteExactly } from '../careful-writes.ts'
import { type ControllerContext, ownerKey, recorder, register, watchOwned, watchPods } from '../context.ts'
import { matchesSelector } from '../selector.ts'
import { adopt } from '../workloads/claim-pods.ts'
import { type DeploymentAction, planDeployment } from './plan.ts'

export function deployments(context: ControllerContext): void {
  const { client, clock, manager } = context
  const events = recorder(context, 'deployment-controller')
  const all = manager.reflector(resources.deployments)
  const sets = watchOwned(context, resources.replicaSets)
  const pods = watchPods(context)
  register(context, {
    name: 'deployment',
    reconcile: async ({ namespace, name }, signal) => {
      const deployment = all.store.get(`${namespace}/${name}`)
      if (deployment === undefined) return
      const orphans = orphansFor(deployment, sets.store.list(namespace))
      if (orphans.length > 0) await checkUnchanged(client, resources.deployments, deployment, signal)
      for (const set of orphans) await adopt(client, resources.replicaSets, set, deployment, signal)
      const owned = [...sets.store.byIndex('controller', deployment.metadata.uid ?? ''), ...orphans]
      const theirs = owned.flatMap((set) => pods.store.byIndex('controller', set.metadata.uid ?? ''))
      const { actions, status, again } = planDeployment({
        deployment,
        sets: owned,
        pods: theirs,
        now: clock.now(),
      })
      if (!isDeepStrictEqual(deployment.status, status)) {
        await client.update(
          resources.deployments,
          { ...deployment, status },
          { subresource: 'status', signal },
        )
      }
      if (actions.some((action) => action.kind === 'delete' || action.kind === 'scale')) {
        await checkUnchanged(client, resources.deployments, deployment, signal)
      }
      for (const action of actions) await act(context, events, deployment, action, signal)
      return again === undefined ? {} : { requeueAfter: again }
    },
    sources: [
      watches(all, (deployment) => [keyOf(deployment)]),
      watches(sets, (set) => ownerKey(set, 'Deployment')),
      // Recreate waits for the last old pod to be gone.
      watches(pods, (pod) => {
        const [setKey] = ownerKey(pod, 'ReplicaSet')
        const set = setKey === undefined ? undefined : sets.store.get(setKey)
        return set === undefined ? [] : ownerKey(set, 'Deployment')
      }),
    ],
  })
}

/** What an earlier Deployment of these pods left behind. */
function orphansFor(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet[] {
  if (deployment.metadata.deletionTimestamp !== undefined) return []
  return sets.filter(
    (set) =>
      controllerOf(set) === undefined &&
      set.metadata.deletionTimestamp === undefined &&
      matchesSelector(set.metadata.labels, deployment.spec?.selector),
  )
}

async function act(
  { client }: ControllerContext,
  events: EventRecorder,
  deployment: Deployment,
  action: DeploymentAction,
  signal: AbortSignal,
): Promise<void> {
  switch (action.kind) {
    case 'create':
      await createOnce(client, resources.replicaSets, action.set, signal)
      return scaled(action.set.metadata.name, 'up', 0, action.set.spec?.replicas ?? 0)
    case 'scale': {
      const { metadata, spec } = action.set
      const { uid, resourceVersion } = metadata
      const { annotations } = action
      const body = { metadata: { uid, resourceVersion, annotations }, spec: { replicas: action.replicas } }
      await client.patch(resources.replicaSets, metadata, { type: 'merge', body }, { signal })
      const before = spec?.replicas ?? 0
      return scaled(metadata.name, action.replicas > before ? 'up' : 'down', before, action.replicas)
    }
    case 'annotate': {
      const { metadata, kind } = action.target
      const body = { metadata: { uid: metadata.uid, annotations: action.annotations } }
      if (kind === 'Deployment') {
        // Through the status, as the real one: any other change of annotations counts as a new generation.
        const options = { subresource: 'status', signal }
        await client.patch(resources.deployments, metadata, { type: 'merge', body }, options)
      } else await client.patch(resources.replicaSets, metadata, { type: 'merge', body }, { signal })
      return
    }
    case 'pace': {
      const { metadata } = action.set
      const body = { metadata: { uid: metadata.uid }, spec: { minReadySeconds: action.minReadySeconds } }
      await client.patch(resources.replicaSets, metadata, { type: 'merge', body }, { signal })
      return
    }
    case 'delete':
      return deleteExactly(client, resources.replicaSets, action.set, signal)
  }

  function scaled(name: string, direction: string, from: number, to: number): void {
    if (from === to) return
    const note = `Scaled ${direction} replica set ${name} from ${from} to ${to}`
    events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', note })
  }
}
