import { type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import { parseQuantity } from '../quantity.ts'
import { duplicate, forbidden, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateFieldRef } from './environment.ts'
import { dnsLabel } from './names.ts'
import { descendingPath, noWayUp } from './paths.ts'

/** The volumes of a pod; `ValidateVolumes` of pkg/apis/core/validation. */
export function validateVolumes(spec: JsonObject, path: string): Cause[] {
  const seen = new Set<string>()
  return objectsAt(spec, 'volumes').flatMap((volume, index) => {
    const at = `${path}[${index}]`
    const name = stringAt(volume, 'name') ?? ''
    const sources = Object.keys(volume).filter((key) => key !== 'name')
    const [first = '', ...more] = sources
    const causes = [
      ...validateSource(first, objectAt(volume, first) ?? {}, `${at}.${first}`),
      ...more.map((extra) => forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type')),
      ...(name === ''
        ? [required(`${at}.name`)]
        : dnsLabel(name).map((why) => invalid(`${at}.name`, name, why))),
    ]
    if (seen.has(name)) causes.push(duplicate(`${at}.name`, name))
    seen.add(name)
    return causes
  })
}

function validateSource(kind: string, source: JsonObject, at: string): Cause[] {
  switch (kind) {
    case 'persistentVolumeClaim':
      return needed(source, 'claimName', at)
    case 'secret':
      return [...needed(source, 'secretName', at), ...validateFiles(source, at)]
    case 'configMap':
      return [...needed(source, 'name', at), ...validateFiles(source, at)]
    case 'hostPath':
      return [...needed(source, 'path', at), ...noWayUp(stringAt(source, 'path') ?? '', `${at}.path`)]
    case 'emptyDir':
      return (parseQuantity(source.sizeLimit) ?? 0n) < 0n
        ? [forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
        : []
    case 'downwardAPI':
      return [...validateMode(source.defaultMode, `${at}.defaultMode`), ...validateDownward(source, at)]
    default:
      return []
  }
}

function needed(source: JsonObject, field: string, at: string): Cause[] {
  return stringAt(source, field) ? [] : [required(`${at}.${field}`)]
}

function validateFiles(source: JsonObject, at: string): Cause[] {
  return [
    ...validateMode(source.defaultMode, `${at}.defaultMode`),
    ...objectsAt(source, 'items').flatMap((item, index) => {
      const place = `${at}.items[${index}]`
      return [
        ...needed(item, 'key', place),
        ...validateItemPath(item, place),
        ...validateMode(item.mode, `${place}.mode`),
      ]
    }),
  ]
}

function validateItemPath(item: JsonObject, place: string): Cause[] {
  const path = stringAt(item, 'path') ?? ''
  if (path === '') return [required(`${place}.path`)]
  const hidden = path.startsWith('..') && !path.startsWith('../') && path !== '..'
  return [
    ...descendingPath(path, `${place}.path`),
    ...(hidden ? [invalid(`${place}.path`, path, "must not start with '..'")] : []),
  ]
}

function validateMode(mode: unknown, field: string): Cause[] {
  if (typeof mode !== 'number' || (mode >= 0 && mode <= 0o777)) return []
  return [invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
}

const shown = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

function validateDownward(source: JsonObject, at: string): Cause[] {
  return objectsAt(source, 'items').flatMap((item, index) => {
    const place = `${at}.items[${index}]`
    const field = objectAt(item, 'fieldRef')
    const resource = objectAt(item, 'resourceFieldRef')
    return [
      ...(stringAt(item, 'path') ? [] : [required(`${place}.path`)]),
      ...validateFieldRef(field, shown, `${place}.fieldRef`),
      ...(field === undefined && resource === undefined
        ? [required(`${place}.fieldRef`, 'one of fieldRef and resourceFieldRef is required')]
        : []),
      ...validateMode(numberAt(item, 'mode'), `${place}.mode`),
    ]
  })
}
