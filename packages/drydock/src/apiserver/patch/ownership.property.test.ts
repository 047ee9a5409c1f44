import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isObject, type JsonObject, objectsAt } from '../object.ts'
import { customType } from '../schema/custom-type.ts'
import { applyPatch } from './apply-patch.ts'
import {
  difference,
  fieldSet,
  fromFieldsV1,
  intersection,
  isEmpty,
  noFields,
  paths,
  toFieldsV1,
  union,
} from './field-set.ts'
import { ownedFields } from './owned-fields.ts'
import { withoutManagers, withoutOwnerless } from './ownership.ts'
import { trackUpdate } from './track-update.ts'

const integer = { type: 'integer' }
const item = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, x: integer, y: integer },
}
const schema = customType({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        number: integer,
        nested: { type: 'object', properties: { a: integer, b: integer } },
        map: { type: 'object', additionalProperties: integer },
        atomicMap: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: integer },
        atomicList: { type: 'array', items: integer },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: item,
        },
      },
    },
  },
})
const now = '2026-01-01T00:00:00Z'

const small = fc.integer({ min: 0, max: 2 })
const key = fc.constantFrom('p', 'q', 'r')
const spec: fc.Arbitrary<JsonObject> = fc.record(
  {
    number: small,
    nested: fc.record({ a: small, b: small }, { requiredKeys: [] }),
    map: fc.dictionary(key, small, { noNullPrototype: true }),
    atomicMap: fc.dictionary(key, small, { noNullPrototype: true }),
    atomicList: fc.array(small, { maxLength: 2 }),
    set: fc.uniqueArray(key),
    list: fc.uniqueArray(fc.record({ name: key, x: small, y: small }, { requiredKeys: ['name'] }), {
      selector: ({ name }) => name,
    }),
  },
  { requiredKeys: [] },
)
/** Without the empty lists and objects: who lets go of one leaves it or takes it, by the fine print of how it came to be. */
const filled = spec.map((of) => {
  const kept = withoutEmpty(of)
  return isObject(kept) ? kept : {}
})
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty)
  if (!isObject(value)) return value
  const fields = Object.entries(value).flatMap(([name, child]) => {
    const kept = withoutEmpty(child)
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}
const object = (of: JsonObject): JsonObject => ({
  apiVersion: 'example.dev/v1',
  kind: 'Example',
  metadata: { name: 'a' },
  ...(Object.keys(of).length === 0 ? {} : { spec: of }),
})

function apply(live: JsonObject | undefined, manager: string, of: JsonObject): JsonObject {
  const result = applyPatch({ live, applied: object(of), manager, force: true, schema, now })
  if (!('object' in result)) throw new Error('a forced apply cannot conflict')
  return result.object
}

type Write = { by: string; how: 'apply' | 'update'; spec: JsonObject }
const writes = fc.array(
  fc.record({
    by: fc.constantFrom('m', 'n'),
    how: fc.constantFrom('apply' as const, 'update' as const),
    spec: filled,
  }),
  { minLength: 1, maxLength: 5 },
)
/** An object after a history of writes. */
function after(history: readonly Write[]): JsonObject | undefined {
  return history.reduce<JsonObject | undefined>((live, { by, how, spec: of }) => {
    if (how === 'apply') return apply(live, by, of)
    return trackUpdate({ old: live, object: object(of), manager: by, schema, now })
  }, undefined)
}
const managers = (of: JsonObject): JsonObject[] => objectsAt(of, 'metadata', 'managedFields')
/** Lists as sets: their order is not what these properties are about. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, unordered(child)]))
}

test('applying twice is applying once', () => {
  fc.assert(
    fc.property(writes, spec, (history, of) => {
      const once = apply(after(history), 'k', of)
      expect(apply(once, 'k', of)).toEqual(once)
    }),
  )
})

test('what a manager applies is there and its own', () => {
  fc.assert(
    fc.property(writes, spec, (history, of) => {
      const result = apply(after(history), 'k', of)
      const wanted = withoutOwnerless(ownedFields(object(of), schema))
      expect(paths(wanted).filter((path) => !has(result, path))).toEqual([])
      const entry = managers(result).find(({ manager }) => manager === 'k')
      expect(fromFieldsV1(entry?.fieldsV1)).toEqual(wanted)
    }),
  )
})

test('a manager that applies nothing leaves nothing of its own behind', () => {
  fc.assert(
    fc.property(spec, (of) => {
      const gone = apply(apply(undefined, 'k', of), 'k', {})
      expect(managers(gone)).toEqual([])
      expect(gone.spec ?? {}).toEqual({})
    }),
  )
})

test('applied by one, then by another, then let go by the first: the second remains as if alone', () => {
  fc.assert(
    fc.property(filled, filled, (a, b) => {
      const both = apply(apply(undefined, 'a', a), 'b', b)
      const left = apply(both, 'a', {})
      const alone = apply(apply(undefined, 'b', b), 'a', {})
      expect(unordered(left.spec)).toEqual(unordered(alone.spec))
    }),
  )
})

test('whatever was written, everything in the object has an owner and owners own only what is there', () => {
  fc.assert(
    fc.property(writes, (history) => {
      const result = after(history) ?? {}
      const there = withoutOwnerless(ownedFields(withoutManagers(result), schema))
      const owned = managers(result).reduce(
        (set, { fieldsV1 }) => union(set, fromFieldsV1(fieldsV1)),
        noFields,
      )
      expect(paths(difference(there, owned))).toEqual([])
      const dangling = paths(owned).filter((path) => !has(result, path) && !holders.has(path.at(-1) ?? ''))
      expect(dangling).toEqual([])
    }),
  )
})

/** Places that hold others: one that was emptied is gone while whoever made it is still on record. */
const holders = new Set(['f:spec', 'f:nested', 'f:map', 'f:list', 'f:set'])

/** Whether a path leads to something in an object. */
function has(value: unknown, [element, ...rest]: readonly string[]): boolean {
  if (element === undefined) return value !== undefined
  const inner: unknown =
    element.startsWith('v:') || element.startsWith('k:') ? JSON.parse(element.slice(2)) : undefined
  if (element.startsWith('f:')) {
    const name = element.slice(2)
    return isObject(value) && Object.hasOwn(value, name) && has(value[name], rest)
  }
  if (!Array.isArray(value)) return false
  if (element.startsWith('v:')) return value.includes(inner)
  const wanted: [string, unknown][] = isObject(inner) ? Object.entries(inner) : []
  const found = value.find((one) => isObject(one) && wanted.every(([name, field]) => one[name] === field))
  return has(found, rest)
}

test('sets of fields: the laws of sets, and fieldsV1 there and back', () => {
  const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"')
  const set = fc.array(fc.array(element, { minLength: 1, maxLength: 3 })).map((all) => fieldSet(...all))
  fc.assert(
    fc.property(set, set, (a, b) => {
      expect(fromFieldsV1(toFieldsV1(a))).toEqual(a)
      expect(union(difference(a, b), intersection(a, b))).toEqual(a)
      expect(isEmpty(intersection(difference(a, b), b))).toBe(true)
      expect(union(a, b)).toEqual(union(b, a))
      expect(fieldSet(...paths(a))).toEqual(a)
    }),
  )
})
