/** Evaluates the rules of a schema as the API server would, with a CEL library and the Kubernetes functions they use. */
import { Environment } from '@marcbachmann/cel-js'
import type { JsonSchema, Validation } from '../src/crd/json-schema.ts'
import { parseQuantity } from '../src/quantity.ts'

class Quantity {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerType('Quantity', { ctor: Quantity, fields: {} })
  .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
  .registerFunction('quantity(string): Quantity', (text: string) => {
    const value = parseQuantity(text)
    if (value === undefined) throw new Error(`${text} is no quantity`)
    return new Quantity(value)
  })
  .registerFunction('Quantity.asApproximateFloat(): double', (quantity: Quantity) => quantity.value)
  .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) =>
    BigInt(Math.sign(a.value - b.value)),
  )

/** The messages of every rule that the object breaks; `old` is what it replaces. */
export function evaluateRules(schema: JsonSchema, object: unknown, old?: unknown): string[] {
  if (object === undefined) return []
  const self = asCel(schema, object)
  const oldSelf = old === undefined ? undefined : asCel(schema, old)
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => evaluate(rule, self, oldSelf))
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    evaluateRules(field, fieldOf(object, name), fieldOf(old, name)),
  )
  return [...own, ...inner]
}

/** A rule about a change is skipped where there is nothing to compare with, as the API server does. */
function evaluate(
  { rule, message, messageExpression }: Validation,
  self: unknown,
  oldSelf: unknown,
): string[] {
  if (/\boldSelf\b/.test(rule) && oldSelf === undefined) return []
  const context = { self, ...(oldSelf === undefined ? {} : { oldSelf }) }
  if (environment.evaluate(rule, context) === true) return []
  return [
    messageExpression === undefined ? message : String(environment.evaluate(messageExpression, context)),
  ]
}

function fieldOf(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined
}

/** CEL tells whole numbers from others by their type; JSON does not. */
function asCel(schema: JsonSchema, value: unknown): unknown {
  if (schema.type === 'integer' && typeof value === 'number') return BigInt(value)
  if (Array.isArray(value)) return value.map((item) => asCel(schema.items ?? {}, item))
  if (typeof value !== 'object' || value === null) return value
  const extra = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {}
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, asCel(schema.properties?.[name] ?? extra, field)]),
  )
}
