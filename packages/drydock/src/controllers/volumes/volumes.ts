/** Shows what PersistentVolumes are for, reclaims them, and makes the storage classes. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  KubeError,
  keyOf,
  type PersistentVolume,
  type Reflector,
  resources,
  type Source,
  type StorageClass,
  watches,
  withoutFinalizer,
} from '@orlop/kube'
import { createOnce, deleteExactly, find } from '../careful-writes.ts'
import { type ControllerContext, register, volumesFolder } from '../context.ts'
import { timestamp } from '../timestamp.ts'
import { STORAGE_CLASSES, VOLUME_PROTECTION } from './names.ts'
import { volumeStep } from './volume-step.ts'

export function volumes(context: ControllerContext): void {
  const { client, manager } = context
  const all = manager.reflector(resources.persistentVolumes)
  const claims = manager.reflector(resources.persistentVolumeClaims)
  register(context, {
    name: 'persistentvolume',
    reconcile: async ({ name }, signal) => {
      const volume = all.store.get(name)
      if (volume === undefined) return
      const step = volumeStep(volume, claims.store.get(claimKey(volume)))
      switch (step?.kind) {
        case 'phase': {
          const lastPhaseTransitionTime = timestamp(context.clock.now())
          const status = { ...volume.status, phase: step.phase, lastPhaseTransitionTime }
          await client.update(
            resources.persistentVolumes,
            { ...volume, status },
            { subresource: 'status', signal },
          )
          return
        }
        case 'unprotect':
          await client.update(resources.persistentVolumes, withoutFinalizer(volume, VOLUME_PROTECTION), {
            signal,
          })
          return
        case 'reclaim':
          await reclaim(context, volume, signal)
      }
    },
    sources: [
      watches(all, (volume) => [keyOf(volume)]),
      watches(claims, ({ metadata, spec }) => [
        ...(spec?.volumeName ? [spec.volumeName] : []),
        ...(metadata.uid === undefined ? [] : [`pvc-${metadata.uid}`]),
      ]),
    ],
  })
}

/**
 * Deletes the data and then the volume. This is the one place where data goes, hence the live look: a claim that this
 * process has not seen yet keeps its volume.
 */
async function reclaim(
  context: ControllerContext,
  volume: PersistentVolume,
  signal: AbortSignal,
): Promise<void> {
  const { client, log } = context
  const { name, uid } = volume.metadata
  const { namespace = '', name: claimName = '', uid: claimUid } = volume.spec?.claimRef ?? {}
  const claim = await find(client, resources.persistentVolumeClaims, { namespace, name: claimName }, signal)
  const live = await find(client, resources.persistentVolumes, { name }, signal)
  const released = claim?.metadata.uid !== claimUid && live?.status?.phase === 'Released'
  if (!released || live.metadata.uid !== uid || live.metadata.deletionTimestamp !== undefined) {
    throw new KubeError('Conflict', `the volume ${name} is not to be reclaimed any more`)
  }
  const folder = join(volumesFolder(context), name)
  if (live.spec?.hostPath?.path === folder) await rm(folder, { recursive: true, force: true })
  log.info({ kind: 'PersistentVolume', name, reason: 'Reclaimed' }, 'its claim is gone')
  await deleteExactly(client, resources.persistentVolumes, live, signal)
}

/** Makes the storage classes that are missing when the controllers start; deleted later, they stay deleted. */
export function storageClasses(context: ControllerContext): void {
  const all = context.manager.reflector(resources.storageClasses)
  register(context, {
    name: 'storageclass',
    reconcile: async ({ name }, signal) => {
      const wanted = STORAGE_CLASSES.find((storageClass) => storageClass.metadata.name === name)
      if (wanted === undefined || all.store.get(name) !== undefined) return
      await createOnce(context.client, resources.storageClasses, wanted, signal)
    },
    sources: [atStart(all)],
  })
}

function atStart(all: Reflector<StorageClass>): Source {
  return {
    start: (add) => {
      for (const { metadata } of STORAGE_CLASSES) add(metadata.name)
      return () => {}
    },
    synced: (signal) => all.synced(signal),
  }
}

function claimKey({ spec }: PersistentVolume): string {
  return `${spec?.claimRef?.namespace ?? ''}/${spec?.claimRef?.name ?? ''}`
}
