import { parseReference } from '../../images/reference.ts'
import { messageOf } from '../node-error.ts'
import type { PodRuntime } from '../pod/runtime.ts'
import type { Slot } from '../pod/slot.ts'
import type { Program } from '../program.ts'
import { secretData } from '../volumes/payload.ts'
import { Backoff } from './backoff.ts'
import { pause, show } from './waiting.ts'

/** Why there is no program yet: a container's waiting reason and message. */
interface Absence {
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName'
  readonly message: string
}

/**
 * The program for the slot's image; pulls it where the pod's policy asks for that, waits and tries again as long as there is none. Undefined when the
 * pod is deleted meanwhile. Events and words are those of pkg/kubelet/images/image_manager.go.
 */
export async function obtainImage(runtime: PodRuntime, slot: Slot): Promise<Program | undefined> {
  const { event, timing } = runtime.node
  const backoff = new Backoff({ ...timing.retry, resetAfter: Number.POSITIVE_INFINITY })
  backoff.after(0)
  while (!runtime.stopping.aborted) {
    const image = slot.container.image ?? ''
    const found = await tryOnce(runtime, slot, image)
    if (runtime.stopping.aborted) return undefined
    if (!('reason' in found)) {
      if (found.substitution && slot.status.restartCount === 0)
        event(runtime.pod().object, 'Warning', 'ImageSubstituted', found.substitution)
      return found
    }
    const { reason, message } = found
    show(runtime, slot, reason, message)
    event(runtime.pod().object, 'Warning', 'Failed', `Error: ${reason}`)
    if (reason === 'ErrImagePull') {
      if (!(await pause(runtime, timing.retry.initial / 10))) return undefined
      const back = `Back-off pulling image "${image}"`
      show(runtime, slot, 'ImagePullBackOff', `${back}: ${reason}: ${message}`)
      event(runtime.pod().object, 'Normal', 'BackOff', back)
      event(runtime.pod().object, 'Warning', 'Failed', 'Error: ImagePullBackOff')
    }
    if (!(await pause(runtime, backoff.after(0)))) return undefined
  }
  return undefined
}

async function tryOnce(runtime: PodRuntime, slot: Slot, image: string): Promise<Program | Absence> {
  const { programs, event } = runtime.node
  const pod = runtime.pod().object
  const policy = slot.container.imagePullPolicy
  if (parseReference(image) === undefined) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
    event(pod, 'Warning', 'InspectFailed', message)
    return { reason: 'InvalidImageName', message }
  }
  const present = await programs.find(image)
  // What was imported by hand, or is a program of this machine, has no registry that would know better.
  if (present && !(policy === 'Always' && present.pulled && programs.pull)) {
    event(pod, 'Normal', 'Pulled', `Container image "${image}" already present on machine`)
    return present
  }
  if (!present && policy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`
    event(pod, 'Warning', 'ErrImageNeverPull', message)
    return { reason: 'ErrImageNeverPull', message }
  }
  return pull(runtime, image)
}

async function pull(runtime: PodRuntime, image: string): Promise<Program | Absence> {
  const { programs, event, clock } = runtime.node
  const pod = runtime.pod().object
  event(pod, 'Normal', 'Pulling', `Pulling image "${image}"`)
  const started = clock.now()
  try {
    if (!programs.pull)
      throw new Error(
        `failed to pull and unpack image "${image}": no program of this machine stands for it, the store has none, and without skopeo nothing is pulled`,
      )
    const program = await programs.pull(image, await loginsOf(runtime), runtime.stopping)
    const took = duration(clock.now() - started)
    event(
      pod,
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${program.size ?? 0} bytes.`,
    )
    return program
  } catch (error) {
    const message = messageOf(error)
    if (!runtime.stopping.aborted)
      event(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`)
    return { reason: 'ErrImagePull', message }
  }
}

/** The pod's imagePullSecrets as one Docker config.json; a later Secret does not change what an earlier one says. */
async function loginsOf(runtime: PodRuntime): Promise<string | undefined> {
  const { spec, namespace } = runtime.pod()
  const auths: Record<string, unknown> = {}
  for (const { name } of spec.imagePullSecrets ?? []) {
    const secret = name === undefined ? undefined : await runtime.node.objects.secret(namespace, name)
    const text = secret && secretData(secret)['.dockerconfigjson']?.toString('utf8')
    if (!text) continue
    const found: { auths?: Record<string, unknown> } = JSON.parse(text)
    for (const [registry, login] of Object.entries(found.auths ?? {})) auths[registry] ??= login
  }
  return Object.keys(auths).length === 0 ? undefined : JSON.stringify({ auths })
}

/** As Go prints it: 340ms, 2.5s, 1m2.5s. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`
  const minutes = Math.floor(milliseconds / 60_000)
  return `${minutes === 0 ? '' : `${minutes}m`}${(milliseconds % 60_000) / 1000}s`
}
