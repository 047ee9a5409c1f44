import { type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import { duplicate, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { validateEnvironment } from './environment.ts'
import { dnsLabel } from './names.ts'
import { oneOf } from './one-of.ts'
import { descendingPath } from './paths.ts'
import { portName, validatePort } from './ports.ts'
import { validateResources } from './resources.ts'

/** `validateContainerCommon` of pkg/apis/core/validation; probes and hooks are another matter. */
export function validateContainer(
  container: JsonObject,
  volumes: ReadonlySet<string>,
  path: string,
): Cause[] {
  const name = stringAt(container, 'name') ?? ''
  const image = stringAt(container, 'image') ?? ''
  return [
    ...(name === ''
      ? [required(`${path}.name`)]
      : dnsLabel(name).map((why) => invalid(`${path}.name`, name, why))),
    ...(image === '' ? [required(`${path}.image`)] : []),
    ...(image !== image.trim()
      ? [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')]
      : []),
    ...validatePorts(container, `${path}.ports`),
    ...validateEnvironment(container, path),
    ...validateMounts(container, volumes, `${path}.volumeMounts`),
    ...oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`),
    ...validateResources(objectAt(container, 'resources'), `${path}.resources`),
    ...validateIdentity(objectAt(container, 'securityContext'), `${path}.securityContext`),
  ]
}

function validatePorts(container: JsonObject, path: string): Cause[] {
  const names = new Set<string>()
  return objectsAt(container, 'ports').flatMap((port, index) => {
    const at = `${path}[${index}]`
    const causes: Cause[] = []
    const name = stringAt(port, 'name')
    if (name) {
      const wrong = portName(name)
      causes.push(...wrong.map((why) => invalid(`${at}.name`, name, why)))
      if (wrong.length === 0 && names.has(name)) causes.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
    if (!port.containerPort) causes.push(required(`${at}.containerPort`))
    else causes.push(...validatePort(port.containerPort, `${at}.containerPort`))
    if (port.hostPort) causes.push(...validatePort(port.hostPort, `${at}.hostPort`))
    causes.push(...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`))
    return causes
  })
}

function validateMounts(container: JsonObject, volumes: ReadonlySet<string>, path: string): Cause[] {
  const seen = new Set<string>()
  return objectsAt(container, 'volumeMounts').flatMap((mount, index) => {
    const at = `${path}[${index}]`
    const name = stringAt(mount, 'name') ?? ''
    const target = stringAt(mount, 'mountPath') ?? ''
    const causes: Cause[] = []
    if (name === '') causes.push(required(`${at}.name`))
    if (!volumes.has(name)) {
      const message = `Not found: ${JSON.stringify(name)}`
      causes.push({ reason: 'FieldValueNotFound', message, field: `${at}.name` })
    }
    if (target === '') causes.push(required(`${at}.mountPath`))
    if (seen.has(target)) causes.push(invalid(`${at}.mountPath`, target, 'must be unique'))
    seen.add(target)
    const below = stringAt(mount, 'subPath') ?? ''
    const expression = stringAt(mount, 'subPathExpr') ?? ''
    // A real server names the list here, not the item.
    if (below !== '') causes.push(...descendingPath(below, `${path}.subPath`))
    if (expression !== '' && below !== '') {
      const why = 'subPathExpr and subPath are mutually exclusive'
      causes.push(invalid(`${at}.subPathExpr`, expression, why))
    }
    if (expression !== '') causes.push(...descendingPath(expression, `${path}.subPathExpr`))
    return causes
  })
}

const most = 2147483647

/** The user and group that something runs as. */
export function validateIdentity(context: JsonObject | undefined, path: string): Cause[] {
  return ['runAsUser', 'runAsGroup', 'fsGroup'].flatMap((field) => {
    const id = numberAt(context, field)
    return id === undefined || (id >= 0 && id <= most)
      ? []
      : [invalid(`${path}.${field}`, id, `must be between 0 and ${most}, inclusive`)]
  })
}
