/** Binds, provisions, grows and protects PersistentVolumeClaims. */
import { chmod, mkdir } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import {
  type EventRecorder,
  keyOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  resources,
  watches,
  withFinalizer,
  withoutFinalizer,
} from '@orlop/kube'
import { createOnce } from '../careful-writes.ts'
import { type ControllerContext, recorder, register, volumesFolder, watchPods } from '../context.ts'
import { type ClaimStep, type ClaimView, claimStep } from './claim-step.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, CLAIM_PROTECTION, claimNamesOf } from './names.ts'
import { lostBy, whyUnbound } from './why-unbound.ts'

export function claims(context: ControllerContext): void {
  const { manager } = context
  const events = recorder(context, 'persistentvolume-controller')
  const all = manager.reflector(resources.persistentVolumeClaims)
  const volumes = manager.reflector(resources.persistentVolumes)
  const classes = manager.reflector(resources.storageClasses)
  const nodes = manager.reflector(resources.nodes)
  const pods = watchPods(context)
  /** The claims without a volume, and those that ask for this one. */
  const unbound = (volume = ''): string[] =>
    all.store
      .list()
      .filter(({ spec }) => !spec?.volumeName || spec.volumeName === volume)
      .map(keyOf)
  register(context, {
    name: 'persistentvolumeclaim',
    reconcile: async ({ namespace, name }, signal) => {
      const claim = all.store.get(`${namespace}/${name}`)
      if (claim === undefined) return
      const view: ClaimView = {
        claim,
        volumes: volumes.store.list(),
        classes: classes.store.list(),
        pods: pods.store.list(namespace),
        node: (node) => nodes.store.get(node),
        folder: volumesFolder(context),
      }
      const step = claimStep(view)
      if (step !== undefined) await act(context, events, claim, step, signal)
      const why = step === undefined ? whyUnbound(view) : lostBy(step)
      if (why !== undefined) events.record(claim, why)
    },
    sources: [
      watches(all, (claim) => [keyOf(claim)]),
      watches(volumes, (volume) => claimKeys(volume) ?? unbound(volume.metadata.name)),
      watches(classes, () => unbound()),
      watches(pods, (pod) => claimNamesOf(pod).map((name) => `${pod.metadata.namespace ?? ''}/${name}`)),
    ],
  })
}

/** The claim a volume is set aside for; undefined where any may take it. */
function claimKeys({ spec }: PersistentVolume): string[] | undefined {
  const reference = spec?.claimRef
  return reference === undefined ? undefined : [`${reference.namespace ?? ''}/${reference.name ?? ''}`]
}

async function act(
  { client }: ControllerContext,
  events: EventRecorder,
  claim: PersistentVolumeClaim,
  step: ClaimStep,
  signal: AbortSignal,
): Promise<void> {
  const update = (next: PersistentVolumeClaim): Promise<unknown> =>
    client.update(resources.persistentVolumeClaims, next, { signal })
  switch (step.kind) {
    case 'protect':
      await update(withFinalizer(claim, CLAIM_PROTECTION))
      return
    case 'unprotect':
      await update(withoutFinalizer(claim, CLAIM_PROTECTION))
      return
    case 'setClass':
      await update({ ...claim, spec: { ...claim.spec, storageClassName: step.name } })
      return
    case 'provision': {
      const { name } = step.volume.metadata
      await makeFolder(step.volume.spec?.hostPath?.path ?? '')
      await createOnce(client, resources.persistentVolumes, step.volume, signal)
      const note = `Successfully provisioned volume ${name}`
      events.record(claim, { type: 'Normal', reason: 'ProvisioningSucceeded', note })
      return
    }
    case 'reserve': {
      const { name, namespace = '', uid = '', resourceVersion } = claim.metadata
      const claimRef = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        uid,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      }
      const { metadata, spec } = step.volume
      const annotations = { ...metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' }
      const next = { ...step.volume, metadata: { ...metadata, annotations }, spec: { ...spec, claimRef } }
      await client.update(resources.persistentVolumes, next, { signal })
      return
    }
    case 'bind': {
      const marks = { [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' }
      const annotations = { ...claim.metadata.annotations, ...marks }
      const spec = { ...claim.spec, volumeName: step.volume.metadata.name }
      await update({ ...claim, metadata: { ...claim.metadata, annotations }, spec })
      return
    }
    case 'grow': {
      const { spec } = step.volume
      const capacity = { ...spec?.capacity, storage: step.capacity }
      await client.update(
        resources.persistentVolumes,
        { ...step.volume, spec: { ...spec, capacity } },
        { signal },
      )
      const note = `grew from ${spec?.capacity?.storage} to ${step.capacity}`
      events.record(claim, { type: 'Normal', reason: 'VolumeResizeSuccessful', note })
      return
    }
    case 'status': {
      if (isDeepStrictEqual(claim.status, step.status)) return
      const next = { ...claim, status: step.status }
      await client.update(resources.persistentVolumeClaims, next, { subresource: 'status', signal })
    }
  }
}

/** Any uid may write in it, as with the local provisioners of small clusters: it lies under a folder only its owner enters. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, 0o777)
}
