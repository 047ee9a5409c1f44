import { Optional } from '@marcbachmann/cel-js'
import { isObject, type JsonObject, objectAt, sameJson, stringAt } from '../../object.ts'
import type { Cause } from '../../status.ts'
import { child, duplicate, forbidden, index, invalid, key, required } from '../field-error.ts'
import { correlated, type TypeSchema } from '../type-schema.ts'
import { type Rule, type RuleFault, rulesOf } from './rule.ts'
import { celValue } from './value.ts'

/** The rules of a schema and of what lies below it; branches without rules are left out. */
export interface RuleTree {
  readonly schema: JsonObject
  readonly rules: readonly Rule[]
  readonly properties: ReadonlyMap<string, RuleTree>
  readonly items?: RuleTree
  readonly additional?: RuleTree
}

/** A rule that does not compile, and the path of its schema within `openAPIV3Schema`. */
export interface PlacedFault extends RuleFault {
  readonly path: string
}

/** Compiles the rules of a schema; undefined where there are none. */
export function ruleTree(schema: JsonObject, faults: PlacedFault[] = [], path = ''): RuleTree | undefined {
  const found: RuleFault[] = []
  const rules = rulesOf(schema, found)
  faults.push(...found.map((fault) => ({ ...fault, path })))
  const properties = new Map<string, RuleTree>()
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    const tree = isObject(property) ? ruleTree(property, faults, `${path}.properties[${name}]`) : undefined
    if (tree !== undefined) properties.set(name, tree)
  }
  const below = (name: 'items' | 'additionalProperties'): RuleTree | undefined => {
    const part = objectAt(schema, name)
    return part === undefined ? undefined : ruleTree(part, faults, `${path}.${name}`)
  }
  const [items, additional] = [below('items'), below('additionalProperties')]
  if (rules.length + properties.size === 0 && items === undefined && additional === undefined)
    return undefined
  return {
    schema,
    rules,
    properties,
    ...(items === undefined ? {} : { items }),
    ...(additional === undefined ? {} : { additional }),
  }
}

/**
 * The faults that rules find in a value. `old` is what stood at the same place before an update; rules that compare with
 * it run only where there is one, and the others excuse what an update leaves as it was.
 */
export function checkRules(
  value: unknown,
  old: unknown,
  tree: RuleTree,
  type: TypeSchema,
  path: string,
): Cause[] {
  if (value === null || value === undefined) return []
  const before = old === null ? undefined : old
  const unchanged = before !== undefined && sameJson(value, before)
  const faults = tree.rules.flatMap((rule) =>
    unchanged && !rule.usesOld ? [] : checkRule(rule, value, before, tree, path),
  )
  if (Array.isArray(value) && tree.items !== undefined) {
    for (const [at, item] of value.entries()) {
      const twin = correlated(item, before, type)
      faults.push(...checkRules(item, twin, tree.items, type.items ?? {}, index(path, at)))
    }
  } else if (isObject(value)) {
    const earlier = isObject(before) ? before : {}
    for (const [name, field] of Object.entries(value)) {
      const named = tree.properties.get(name)
      const below = named ?? (type.properties?.[name] === undefined ? tree.additional : undefined)
      const fieldType = type.properties?.[name] ?? type.additionalProperties ?? {}
      const place = named === undefined ? key(path, name) : child(path, name)
      if (below !== undefined) faults.push(...checkRules(field, earlier[name], below, fieldType, place))
    }
  }
  return faults
}

function checkRule(rule: Rule, value: unknown, old: unknown, tree: RuleTree, path: string): Cause[] {
  if (rule.usesOld && old === undefined && !rule.optionalOld) return []
  const before = old === undefined ? undefined : celValue(old, tree.schema)
  const variables = {
    self: celValue(value, tree.schema),
    oldSelf: rule.optionalOld ? Optional.of(before) : before,
  }
  const type = stringAt(tree.schema, 'type') ?? ''
  try {
    if (rule.program(variables) === true) return []
  } catch (error) {
    return [invalid(path, type, `${summary(error)} evaluating rule: ${rule.label}`)]
  }
  return [
    fault(
      rule,
      type,
      messageOf(rule, variables),
      rule.fieldPath === undefined ? path : join(path, rule.fieldPath),
    ),
  ]
}

function messageOf(rule: Rule, variables: Record<string, unknown>): string {
  if (rule.messageProgram === undefined) return rule.message
  try {
    const said: unknown = rule.messageProgram(variables)
    if (typeof said !== 'string' || said.trim() === '' || said.includes('\n')) return rule.message
    return said.trim()
  } catch {
    return rule.message
  }
}

function fault(rule: Rule, type: string, message: string, path: string): Cause {
  if (rule.reason === 'FieldValueForbidden') return forbidden(path, message)
  if (rule.reason === 'FieldValueRequired') return required(path, message)
  if (rule.reason === 'FieldValueDuplicate') return duplicate(path, type)
  return invalid(path, type, message)
}

/** A path and a `fieldPath` such as `.spec['max-age']` below it. */
function join(path: string, fieldPath: string): string {
  const below = fieldPath.replaceAll(/\['([^']*)'\]/g, '.$1').replace(/^\./, '')
  return child(path, below)
}

function summary(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message
  return text
    .replace(/^No such key: index out of bounds, index (\d+) >= size \d+/, 'index out of bounds: $1')
    .replace(/^No such key/, 'no such key')
}
