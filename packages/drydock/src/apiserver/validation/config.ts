import { type ApiObject, type JsonObject, objectAt, sameJson } from '../object.ts'
import { duplicate, forbidden, invalid, tooLong } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { dataKey } from './names.ts'

/** Bytes that a ConfigMap or Secret may hold. */
const limit = 1024 * 1024

export function validateConfigMap(object: ApiObject): Cause[] {
  const data = objectAt(object, 'data') ?? {}
  const binary = objectAt(object, 'binaryData') ?? {}
  const causes = [...keys(data, 'data'), ...keys(binary, 'binaryData')]
  for (const key of Object.keys(binary)) if (key in data) causes.push(duplicate('data', key))
  const size = sum(data, (text) => Buffer.byteLength(text)) + sum(binary, decodedLength)
  return size > limit ? [...causes, tooLong('', limit)] : causes
}

export function validateSecret(object: ApiObject): Cause[] {
  const data = objectAt(object, 'data') ?? {}
  const causes = keys(data, 'data')
  return sum(data, decodedLength) > limit ? [...causes, tooLong('data', limit)] : causes
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
