import { isObject, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from '../object.ts'
import { duplicate, invalid, notSupported, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { dnsLabel } from './names.ts'
import { oneOf } from './one-of.ts'
import { portName, validatePort } from './ports.ts'
import { validateResources } from './resources.ts'

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
    ...oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`),
    ...validatePorts(container, `${path}.ports`),
    ...validateEnvironment(container, `${path}.env`),
    ...validateMounts(container, volumes, `${path}.volumeMounts`),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
      validateProbe(objectAt(container, probe), `${path}.${probe}`),
    ),
    ...validateResources(objectAt(container, 'resources'), `${path}.resources`),
  ]
}

function validatePorts(container: JsonObject, path: string): Cause[] {
  const names = new Set<string>()
  return objectsAt(container, 'ports').flatMap((port, index) => {
    const at = `${path}[${index}]`
    const causes: Cause[] = []
    const name = stringAt(port, 'name')
    if (name) {
      causes.push(...portName(name).map((why) => invalid(`${at}.name`, name, why)))
      if (names.has(name)) causes.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
    if (!port.containerPort) causes.push(required(`${at}.containerPort`))
    else causes.push(...validatePort(port.containerPort, `${at}.containerPort`))
    if (port.hostPort) causes.push(...validatePort(port.hostPort, `${at}.hostPort`))
    causes.push(...oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`))
    return causes
  })
}

function validateEnvironment(container: JsonObject, path: string): Cause[] {
  return objectsAt(container, 'env').flatMap((variable, index) => {
    const at = `${path}[${index}]`
    const name = stringAt(variable, 'name') ?? ''
    const causes: Cause[] = []
    if (name === '') causes.push(required(`${at}.name`))
    // Any printable ASCII but '=': as relaxed as Kubernetes 1.34 is.
    else if (!/^[ -<>-~]+$/.test(name)) {
      const rule =
        "a valid environment variable name must consist only of printable ASCII characters other than '='"
      causes.push(invalid(`${at}.name`, name, rule))
    }
    if (variable.value && variable.valueFrom !== undefined) {
      causes.push(invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'))
    }
    const sources = objectAt(variable, 'valueFrom')
    if (sources !== undefined && Object.keys(sources).length !== 1) {
      causes.push(
        invalid(
          `${at}.valueFrom`,
          '',
          Object.keys(sources).length === 0
            ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
            : 'may not have more than one field specified at a time',
        ),
      )
    }
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
    else if (!volumes.has(name)) {
      causes.push({
        reason: 'FieldValueNotFound',
        message: `Not found: ${JSON.stringify(name)}`,
        field: `${at}.name`,
      })
    }
    if (target === '') causes.push(required(`${at}.mountPath`))
    if (seen.has(target)) causes.push(invalid(`${at}.mountPath`, target, 'must be unique'))
    seen.add(target)
    return causes
  })
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc']

function validateProbe(probe: JsonObject | undefined, path: string): Cause[] {
  if (probe === undefined) return []
  const causes: Cause[] = []
  const chosen = handlers.filter((handler) => isObject(probe[handler]))
  if (chosen.length === 0) causes.push(required(path, 'must specify a handler type'))
  for (const extra of chosen.slice(1)) {
    causes.push({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not specify more than 1 handler type',
      field: `${path}.${extra}`,
    })
  }
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    const value = numberAt(probe, field) ?? 0
    if (value < 0) causes.push(invalid(`${path}.${field}`, value, 'must be greater than or equal to 0'))
  }
  if (!path.endsWith('readinessProbe') && (numberAt(probe, 'successThreshold') ?? 1) !== 1) {
    causes.push(invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1'))
  }
  const scheme = stringAt(probe, 'httpGet', 'scheme')
  if (scheme !== undefined && scheme !== 'HTTP' && scheme !== 'HTTPS') {
    causes.push(notSupported(`${path}.httpGet.scheme`, scheme, ['HTTP', 'HTTPS']))
  }
  return causes
}
