import { isObject, type JsonObject, numberAt, objectAt, stringAt } from '../object.ts'
import { forbidden, invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { oneOf } from './one-of.ts'
import { portNameOrNumber, validatePort } from './ports.ts'

const numbers = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
]

/** The probes and hooks of a container. */
export function validateLifecycle(container: JsonObject, path: string): Cause[] {
  return [
    ...['postStart', 'preStop'].flatMap((hook) => {
      const handler = objectAt(container, 'lifecycle', hook)
      return handler === undefined ? [] : validateHandler(handler, `${path}.lifecycle.${hook}`)
    }),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
      validateProbe(objectAt(container, probe), `${path}.${probe}`),
    ),
  ]
}

function validateProbe(probe: JsonObject | undefined, path: string): Cause[] {
  if (probe === undefined) return []
  const once = !path.endsWith('readinessProbe') && (numberAt(probe, 'successThreshold') ?? 1) !== 1
  return [
    ...validateHandler(probe, path),
    ...numbers.flatMap((field) => {
      const value = numberAt(probe, field) ?? 0
      return value < 0 ? [invalid(`${path}.${field}`, value, 'must be greater than or equal to 0')] : []
    }),
    ...(once ? [invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1')] : []),
  ]
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep']

function validateHandler(handler: JsonObject, path: string): Cause[] {
  const [first, ...more] = handlers.filter((name) => isObject(handler[name]))
  if (first === undefined) return [required(path, 'must specify a handler type')]
  return [
    ...validateAction(first, objectAt(handler, first) ?? {}, `${path}.${first}`),
    ...more.map((name) => forbidden(`${path}.${name}`, 'may not specify more than 1 handler type')),
  ]
}

function validateAction(name: string, action: JsonObject, path: string): Cause[] {
  switch (name) {
    case 'exec':
      return Array.isArray(action.command) && action.command.length > 0 ? [] : [required(`${path}.command`)]
    case 'httpGet':
      return [
        ...(stringAt(action, 'path') ? [] : [required(`${path}.path`)]),
        ...portNameOrNumber(action.port, `${path}.port`),
        ...oneOf(action.scheme, ['HTTP', 'HTTPS'], `${path}.scheme`),
      ]
    case 'tcpSocket':
      return portNameOrNumber(action.port, `${path}.port`)
    case 'grpc':
      return validatePort(action.port ?? 0, `${path}.port`)
    default:
      return []
  }
}
