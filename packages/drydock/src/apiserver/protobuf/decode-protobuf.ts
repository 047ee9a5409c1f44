import type { JsonObject } from '../object.ts'
import { badRequest, unsupportedMediaType } from '../status.ts'
import { type MessageField, messageOf, messages } from './messages.ts'
import { wireFields } from './wire.ts'

const magic = Buffer.from('k8s\0')

/**
 * A body that `kubectl create`, `drain` or `auth can-i` sends in protobuf, as the JSON object it stands for. Only reading is
 * supported: answers are always JSON, which these clients accept.
 * Throws BadRequest, and UnsupportedMediaType for a kind that has no protobuf form here.
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, magic.length).equals(magic))
    throw badRequest('the body does not begin as Kubernetes protobuf does')
  let apiVersion = ''
  let kind = ''
  let raw: Buffer = Buffer.alloc(0)
  for (const { number, value } of wireFields(body.subarray(magic.length))) {
    if (!Buffer.isBuffer(value)) continue
    if (number === 2) raw = value
    if (number !== 1) continue
    for (const field of wireFields(value)) {
      if (field.number === 1) apiVersion = String(field.value)
      if (field.number === 2) kind = String(field.value)
    }
  }
  const name = messageOf(apiVersion, kind)
  if (name === undefined) throw unsupportedMediaType(['application/json'])
  return { apiVersion, kind, ...readMessage(raw, name) }
}

function readMessage(bytes: Buffer, name: string): JsonObject {
  const fields = messages().get(name)
  const result: JsonObject = {}
  for (const { number, value } of wireFields(bytes)) {
    const field = fields?.get(number)
    if (field !== undefined) put(result, field, value)
  }
  return result
}

function put(result: JsonObject, field: MessageField, value: bigint | Buffer): void {
  const { name, type, shape } = field
  if (shape === 'map' && Buffer.isBuffer(value)) {
    const entry = mapEntry(value, type)
    result[name] = { ...(typeof result[name] === 'object' ? result[name] : {}), [entry.key]: entry.value }
    return
  }
  const read = readValue(value, type)
  if (shape === 'list') {
    const list = result[name]
    result[name] = Array.isArray(list) ? [...list, read] : [read]
  } else if (shape === 'inline') Object.assign(result, read)
  else if (shape === 'omitempty' && (read === 0 || read === false)) return
  // Go sends its zero values; an empty text means that there is none.
  else if (read !== '' && read !== undefined) result[name] = read
}

function mapEntry(bytes: Buffer, type: string): { key: string; value: unknown } {
  let key = ''
  let value: unknown = type === 'string' || type === 'bytes' ? '' : {}
  for (const field of wireFields(bytes)) {
    if (field.number === 1) key = String(field.value)
    else value = readValue(field.value, type)
  }
  return { key, value }
}

function readValue(value: bigint | Buffer, type: string): unknown {
  switch (type) {
    case 'bool':
      return value === 1n
    case 'int32':
    case 'int64':
      return Number(value)
    case 'double':
      return Buffer.isBuffer(value) ? value.readDoubleLE() : Number(value)
    case 'string':
      return String(value)
  }
  if (!Buffer.isBuffer(value)) throw badRequest(`a ${type} cannot be a number`)
  return type === 'bytes' ? value.toString('base64') : (special.get(type) ?? readMessage)(value, type)
}

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1'

/** Types whose JSON form is not that of their message. */
const special: ReadonlyMap<string, (bytes: Buffer) => unknown> = new Map<string, (bytes: Buffer) => unknown>([
  [`${meta}.Time`, (bytes) => time(bytes, 0)],
  [`${meta}.MicroTime`, (bytes) => time(bytes, 6)],
  [`${meta}.Duration`, (bytes) => `${numberOf(bytes, 1) / 1e9}s`],
  [`${meta}.FieldsV1`, (bytes) => jsonOf(bytes)],
  ['k8s.io.apimachinery.pkg.runtime.RawExtension', (bytes) => jsonOf(bytes)],
  ['k8s.io.apimachinery.pkg.api.resource.Quantity', (bytes) => textOf(bytes, 1)],
  [
    'k8s.io.apimachinery.pkg.util.intstr.IntOrString',
    (bytes) => (numberOf(bytes, 1) === 1 ? textOf(bytes, 3) : numberOf(bytes, 2)),
  ],
  [
    'k8s.io.api.authorization.v1.ExtraValue',
    (bytes) => [...wireFields(bytes)].map(({ value }) => String(value)),
  ],
])

/** Undefined for Go's zero time. */
function time(bytes: Buffer, digits: 0 | 6): string | undefined {
  if (bytes.length === 0) return undefined
  const iso = new Date(numberOf(bytes, 1) * 1000).toISOString().slice(0, 19)
  const micros = String(Math.floor(numberOf(bytes, 2) / 1000)).padStart(6, '0')
  return digits === 0 ? `${iso}Z` : `${iso}.${micros}Z`
}

function numberOf(bytes: Buffer, number: number): number {
  for (const field of wireFields(bytes)) if (field.number === number) return Number(field.value)
  return 0
}

function textOf(bytes: Buffer, number: number): string {
  for (const field of wireFields(bytes)) if (field.number === number) return String(field.value)
  return ''
}

function jsonOf(bytes: Buffer): unknown {
  const text = textOf(bytes, 1)
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    throw badRequest('the body holds raw JSON that cannot be read')
  }
}
