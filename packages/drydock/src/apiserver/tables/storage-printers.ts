import { type JsonObject, objectAt, objectsAt, stringAt, stringsAt, valueAt } from '../object.ts'
import { ageCell, nameCell, sizeOf, text } from './cells.ts'
import { type Column, column, type Printer, wide } from './table.ts'

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

function accessModes(one: JsonObject, ...path: string[]): string {
  const modes = new Set(stringsAt(one, ...path))
  return Object.entries(shortModes)
    .flatMap(([mode, short]) => (modes.has(mode) ? short : []))
    .join(',')
}

function phase(one: JsonObject): string {
  const going = valueAt(one, 'metadata', 'deletionTimestamp') !== undefined
  return going ? 'Terminating' : text(one, 'status', 'phase')
}

/** The class, which an annotation named before there was a field. */
function storageClassName(one: JsonObject): string {
  const annotation = stringAt(one, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class')
  return annotation ?? text(one, 'spec', 'storageClassName')
}

function columns(...names: string[]): Column[] {
  return [...names.map((name) => column(name)), wide('VolumeMode')]
}

const claim: Printer = {
  columns: columns(
    'Name',
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
  ),
  cells: (one, now) => {
    const volume = text(one, 'spec', 'volumeName')
    return [
      nameCell(one),
      phase(one),
      volume,
      volume === '' ? '' : text(one, 'status', 'capacity', 'storage') || '0',
      volume === '' ? '' : accessModes(one, 'status', 'accessModes'),
      storageClassName(one),
      text(one, 'spec', 'volumeAttributesClassName') || '<unset>',
      ageCell(one, now),
      text(one, 'spec', 'volumeMode') || '<unset>',
    ]
  },
}

const volume: Printer = {
  columns: columns(
    'Name',
    'Capacity',
    'Access Modes',
    'Reclaim Policy',
    'Status',
    'Claim',
    'StorageClass',
    'VolumeAttributesClass',
    'Reason',
    'Age',
  ),
  cells: (one, now) => {
    const bound = objectAt(one, 'spec', 'claimRef')
    return [
      nameCell(one),
      text(one, 'spec', 'capacity', 'storage') || '0',
      accessModes(one, 'spec', 'accessModes'),
      text(one, 'spec', 'persistentVolumeReclaimPolicy'),
      phase(one),
      bound === undefined ? '' : `${text(bound, 'namespace')}/${text(bound, 'name')}`,
      storageClassName(one),
      text(one, 'spec', 'volumeAttributesClassName') || '<unset>',
      text(one, 'status', 'reason'),
      ageCell(one, now),
      text(one, 'spec', 'volumeMode') || '<unset>',
    ]
  },
}

const storageClass: Printer = {
  columns: [
    column('Name'),
    column('Provisioner'),
    column('ReclaimPolicy'),
    column('VolumeBindingMode'),
    column('AllowVolumeExpansion'),
    column('Age'),
  ],
  cells: (one, now) => {
    const standard =
      stringAt(one, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class') === 'true'
    return [
      `${nameCell(one)}${standard ? ' (default)' : ''}`,
      text(one, 'provisioner'),
      text(one, 'reclaimPolicy') || 'Delete',
      text(one, 'volumeBindingMode') || 'Immediate',
      valueAt(one, 'allowVolumeExpansion') === true,
      ageCell(one, now),
    ]
  },
}

const flags = ['AttachRequired', 'PodInfoOnMount', 'StorageCapacity']

const driver: Printer = {
  columns: [
    column('Name'),
    ...flags.map((name) => column(name, 'boolean')),
    column('TokenRequests'),
    column('RequiresRepublish', 'boolean'),
    column('Modes'),
    column('Age'),
  ],
  cells: (one, now) => {
    const {
      attachRequired = true,
      podInfoOnMount = false,
      storageCapacity = false,
    } = objectAt(one, 'spec') ?? {}
    const audiences = objectsAt(one, 'spec', 'tokenRequests').map(
      (request) => stringAt(request, 'audience') ?? '',
    )
    const modes = stringsAt(one, 'spec', 'volumeLifecycleModes')
    return [
      nameCell(one),
      attachRequired === true,
      podInfoOnMount === true,
      storageCapacity === true,
      valueAt(one, 'spec', 'tokenRequests') === undefined ? '<unset>' : audiences.join(','),
      valueAt(one, 'spec', 'requiresRepublish') === true,
      modes.join(',') || '<none>',
      ageCell(one, now),
    ]
  },
}

const driversOfNode: Printer = {
  columns: [column('Name'), column('Drivers', 'integer'), column('Age')],
  cells: (one, now) => [nameCell(one), sizeOf(one, 'spec', 'drivers'), ageCell(one, now)],
}

const attachment: Printer = {
  columns: [
    column('Name'),
    column('Attacher', 'string', 'name'),
    column('PV'),
    column('Node'),
    column('Attached', 'boolean'),
    column('Age'),
  ],
  cells: (one, now) => [
    nameCell(one),
    text(one, 'spec', 'attacher'),
    text(one, 'spec', 'source', 'persistentVolumeName'),
    text(one, 'spec', 'nodeName'),
    valueAt(one, 'status', 'attached') === true,
    ageCell(one, now),
  ],
}

/** How the kinds of storage are shown, by group and kind. */
export const storagePrinters: Readonly<Record<string, Printer>> = {
  '/PersistentVolumeClaim': claim,
  '/PersistentVolume': volume,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/CSIDriver': driver,
  'storage.k8s.io/CSINode': driversOfNode,
  'storage.k8s.io/VolumeAttachment': attachment,
}
