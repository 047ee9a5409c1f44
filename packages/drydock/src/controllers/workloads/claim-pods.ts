/**
 * Which pods belong to a workload: those it controls and that its selector matches. Orphans that match are adopted,
 * its own that no longer match are let go. Pure, but for {@link settleOwnership}.
 */
import {
  type Client,
  controllerOf,
  type KubeObject,
  type Metadata,
  type Pod,
  type Resource,
  resources,
} from '@orlop/kube'
import { checkUnchanged } from '../careful-writes.ts'
import { isTerminating } from '../pod-state.ts'
import { ownerOf } from './pod-from.ts'

export interface Ownership {
  readonly owned: readonly Pod[]
  readonly adopt: readonly Pod[]
  readonly release: readonly Pod[]
}

/** @param mine whether a pod fits the workload: its labels, and its name where names matter */
export function ownership(owner: KubeObject, pods: readonly Pod[], mine: (pod: Pod) => boolean): Ownership {
  const controlled = pods.filter((pod) => controllerOf(pod)?.uid === owner.metadata.uid)
  const going = owner.metadata.deletionTimestamp !== undefined
  const orphans = pods.filter((pod) => controllerOf(pod) === undefined && !isTerminating(pod) && mine(pod))
  return {
    owned: controlled.filter(mine),
    adopt: going ? [] : orphans,
    release: going ? [] : controlled.filter((pod) => !mine(pod) && !isTerminating(pod)),
  }
}

/** Writes down who owns what; the pods are seen in their new place with the next event. */
export async function settleOwnership<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  owner: T,
  { adopt: orphans, release }: Ownership,
  signal: AbortSignal,
): Promise<void> {
  // A workload deleted a moment ago must not take in pods that would then go with it.
  if (orphans.length > 0) await checkUnchanged(client, resource, owner, signal)
  for (const pod of orphans) await adopt(client, resources.pods, pod, owner, signal)
  for (const pod of release) {
    const others = (pod.metadata.ownerReferences ?? []).filter((o) => o.uid !== owner.metadata.uid)
    await writeOwners(client, resources.pods, pod, others, signal)
  }
}

/** Takes in what an earlier workload of that name left behind. */
export async function adopt<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  owner: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const owners = [...(object.metadata.ownerReferences ?? []), ownerOf(owner)]
  await writeOwners(client, resource, object, owners, signal)
}

async function writeOwners<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  { metadata }: T,
  ownerReferences: NonNullable<Metadata['ownerReferences']>,
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = metadata
  const owners = ownerReferences.length === 0 ? null : ownerReferences
  const body = { metadata: { uid, resourceVersion, ownerReferences: owners } }
  await client.patch(resource, metadata, { type: 'merge', body }, { signal })
}
