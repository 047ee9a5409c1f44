import type { Api } from '../api.ts'
import { type ApiObject, ensureObject, type JsonObject, objectAt, setDefault } from '../object.ts'
import type { StoredRecord } from '../storage/record.ts'

export function defaultClaimSpec(spec: JsonObject): void {
  setDefault(spec, 'volumeMode', 'Filesystem')
}

export function defaultClaim(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  defaultClaimSpec(spec)
  const limits = objectAt(spec, 'resources', 'limits')
  if (limits === undefined) return
  const requests = ensureObject(ensureObject(spec, 'resources'), 'requests')
  for (const [resource, amount] of Object.entries(limits)) setDefault(requests, resource, amount)
}

const isDefaultClass = 'storageclass.kubernetes.io/is-default-class'

/** A claim that names no class gets the default one: the admission plugin DefaultStorageClass. */
export function chooseClass(object: ApiObject, api: Api): void {
  const spec = ensureObject(object, 'spec')
  if (spec.storageClassName !== undefined) return
  const candidates = api.storage
    .list('storage.k8s.io/storageclasses')
    .filter((record) => record.object.metadata.annotations?.[isDefaultClass] === 'true')
  // Of several defaults the newest counts, and of equally new ones the first by name.
  const [chosen] = candidates.sort((a, b) =>
    created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : a.name < b.name ? -1 : 1,
  )
  if (chosen !== undefined) spec.storageClassName = chosen.name
}

function created(record: StoredRecord): string {
  return record.object.metadata.creationTimestamp ?? ''
}

export function defaultVolume(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain')
  setDefault(spec, 'volumeMode', 'Filesystem')
  const hostPath = objectAt(spec, 'hostPath')
  if (hostPath !== undefined) setDefault(hostPath, 'type', '')
}

export function defaultStorageClass(object: ApiObject): void {
  setDefault(object, 'reclaimPolicy', 'Delete')
  setDefault(object, 'volumeBindingMode', 'Immediate')
}

/** pkg/apis/storage/v1/defaults.go. */
export function defaultDriver(object: ApiObject): void {
  const spec = ensureObject(object, 'spec')
  setDefault(spec, 'attachRequired', true)
  for (const field of ['podInfoOnMount', 'storageCapacity', 'requiresRepublish', 'seLinuxMount'])
    setDefault(spec, field, false)
  setDefault(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType')
  setDefault(spec, 'volumeLifecycleModes', ['Persistent'])
}
