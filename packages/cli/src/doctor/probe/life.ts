/** The life of probing pods: made, waited for, read, and deleted however it ends. */
import { isNotFound, KubeError, type KubeObject, type Pod, type Resource, resources } from '@orlop/kube'
import { troubleOf } from '../../local/pod-trouble.ts'
import type { Probing } from './probe.ts'

/** How long a pod may take from its making to its end, in ms; a first pull of the image is a part of it. */
const endsWithin = 60_000
/** How long the deletion of one object may take, in ms. */
const deletesWithin = 10_000

/** Waiting is of no use with these: the first of them has been tried at least once. */
const hopeless = ['ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'CreateContainerConfigError']

/** Makes objects, and remembers what is to be deleted. */
export class Remains {
  readonly #probing: Probing
  readonly #made: { resource: Resource; object: KubeObject }[] = []

  constructor(probing: Probing) {
    this.#probing = probing
  }

  /** Without the signal: a request that is cut off may be carried out all the same, after everything else was deleted. */
  async create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    this.#probing.signal.throwIfAborted()
    this.#made.push({ resource, object })
    return this.#probing.client.create(resource, object)
  }

  /** Deletes it all, also after Ctrl-C. Gives what could not be deleted. */
  async remove(): Promise<string[]> {
    const left: string[] = []
    for (const { resource, object } of this.#made.splice(0)) {
      const { namespace, name } = object.metadata
      try {
        const now = { gracePeriodSeconds: 0, timeout: deletesWithin }
        await this.#probing.client.delete(resource, { namespace, name }, now)
      } catch (error) {
        if (!isNotFound(error)) left.push(`${object.kind} ${namespace}/${name}`)
      }
    }
    return left
  }
}

export type Ended = { readonly pod: Pod; readonly log: string } | { readonly trouble: string }

/** Makes a pod and waits until it has ended or cannot. @throws when the signal fires */
export async function runPod(probing: Probing, remains: Remains, pod: Pod): Promise<Ended> {
  try {
    await remains.create(resources.pods, pod)
  } catch (error) {
    if (error instanceof KubeError && error.status !== undefined) return { trouble: error.message }
    throw error
  }
  return untilEnded(probing, pod)
}

export async function untilEnded(probing: Probing, pod: Pod): Promise<Ended> {
  const seen = await untilPod(
    probing,
    pod,
    ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed',
  )
  if ('trouble' in seen) return seen
  return { pod: seen.pod, log: await logOf(probing, pod) }
}

export async function untilPod(
  { client, clock, signal }: Probing,
  { metadata: { namespace, name } }: Pod,
  met: (pod: Pod) => boolean,
): Promise<{ readonly pod: Pod } | { readonly trouble: string }> {
  for (const until = clock.now() + endsWithin; ; await clock.sleep(200, signal)) {
    const pod = await client.get(resources.pods, { namespace, name }, { signal })
    if (met(pod)) return { pod }
    const trouble = troubleOf(pod)
    if (trouble !== undefined && hopeless.includes(trouble))
      return { trouble: `${trouble}: ${messageOf(pod)}` }
    if (clock.now() > until)
      return { trouble: `no end within ${endsWithin / 1000} s${trouble === undefined ? '' : `: ${trouble}`}` }
  }
}

function messageOf({ status }: Pod): string {
  return status?.containerStatuses?.[0]?.state?.waiting?.message ?? 'it is not said why'
}

export async function logOf(
  { client, signal }: Probing,
  { metadata: { namespace, name } }: Pod,
): Promise<string> {
  const log = await client.request('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log`, { signal })
  return typeof log === 'string' ? log : ''
}
