import { type ApiObject, type JsonObject, objectAt, sameJson, stringAt } from '../object.ts'
import { forbidden, invalid, required, tooLong } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { dataKey } from './names.ts'

/** Bytes that a ConfigMap or Secret may hold. */
const limit = 1024 * 1024

export function validateConfigMap(object: ApiObject): Cause[] {
  const data = objectAt(object, 'data') ?? {}
  const binary = objectAt(object, 'binaryData') ?? {}
  const causes = [...keys(data, 'data'), ...keys(binary, 'binaryData')]
  for (const key of Object.keys(data).filter((name) => name in binary))
    causes.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
  const size = sum(data, (text) => Buffer.byteLength(text)) + sum(binary, decodedLength)
  return size > limit ? [...causes, tooLong('[]', limit)] : causes
}

export function validateSecret(object: ApiObject): Cause[] {
  const data = objectAt(object, 'data') ?? {}
  const causes = keys(data, 'data')
  const size = sum(data, decodedLength) > limit ? [tooLong('data', limit)] : []
  return [...causes, ...size, ...validateType(object, data)]
}

const account = 'kubernetes.io/service-account.name'

/** What Secrets of the well-known types must hold. */
function validateType({ type, metadata }: ApiObject, data: JsonObject): Cause[] {
  const missing = (...names: string[]): Cause[] =>
    names.filter((name) => data[name] === undefined).map((name) => required(`data[${name}]`))
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.[account] ? [] : [required(`metadata.annotations[${account}]`)]
    case 'kubernetes.io/dockercfg':
      return [...missing('.dockercfg'), ...validateFile(data, '.dockercfg')]
    case 'kubernetes.io/dockerconfigjson':
      return [...missing('.dockerconfigjson'), ...validateFile(data, '.dockerconfigjson')]
    case 'kubernetes.io/basic-auth':
      return data.username === undefined && data.password === undefined ? missing('username', 'password') : []
    case 'kubernetes.io/ssh-auth':
      return stringAt(data, 'ssh-privatekey') ? [] : [required('data[ssh-privatekey]')]
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key')
    default:
      return []
  }
}

function validateFile(data: JsonObject, name: string): Cause[] {
  const text = Buffer.from(stringAt(data, name) ?? '', 'base64').toString()
  if (data[name] === undefined) return []
  try {
    JSON.parse(text)
    return []
  } catch {
    // Go tells what is wrong with it; that it ends too early is what happens to people.
    return [invalid(`data[${name}]`, '<secret contents redacted>', 'unexpected end of JSON input')]
  }
}

function keys(data: JsonObject, field: string): Cause[] {
  return Object.keys(data).flatMap((key) => dataKey(key).map((why) => invalid(`${field}[${key}]`, key, why)))
}

function sum(data: JsonObject, length: (text: string) => number): number {
  return Object.values(data).reduce<number>((total, value) => total + length(String(value)), 0)
}

function decodedLength(base64: string): number {
  return Buffer.byteLength(base64, 'base64')
}

/** What was declared immutable stays so. */
export function validateImmutable(object: ApiObject, old: ApiObject): Cause[] {
  if (old.immutable !== true) return []
  const why = 'field is immutable when `immutable` is set'
  return [
    ...(object.immutable === true ? [] : [forbidden('immutable', why)]),
    ...['data', 'binaryData']
      .filter((field) => !sameJson(object[field] ?? {}, old[field] ?? {}))
      .map((field) => forbidden(field, why)),
  ]
}

export function validateSecretUpdate(object: ApiObject, old: ApiObject): Cause[] {
  const kept = object.type === old.type ? [] : [invalid('type', object.type, 'field is immutable')]
  return [...kept, ...validateImmutable(object, old)]
}
