import type { ASTNode } from '@marcbachmann/cel-js'
import { isObject, type JsonObject, objectAt } from '../../object.ts'
import { escapeName } from './value.ts'

/** What a part of a rule evaluates to, as far as the schema tells; undefined where nothing is known. */
type Known = JsonObject | undefined
type Scope = ReadonlyMap<string, Known>

const named: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
}
const objectFields: JsonObject = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: named }

/** The schema of a whole object as rules see it: of its metadata they see the name alone. */
export function withVisibleMetadata(schema: JsonObject): JsonObject {
  return { ...schema, properties: { ...objectAt(schema, 'properties'), ...objectFields } }
}

/** The first field a rule names that the schema does not have, which the real server refuses when it compiles the rule. */
export function undefinedField(rule: ASTNode, schema: JsonObject): string | undefined {
  const check = new Check()
  check.known(
    rule,
    new Map([
      ['self', schema],
      ['oldSelf', schema],
    ]),
  )
  return check.missing
}

class Check {
  missing: string | undefined

  known(node: ASTNode, scope: Scope): Known {
    switch (node.op) {
      case 'id':
        return scope.get(node.args)
      case '.':
        return this.#field(this.known(node.args[0], scope), node.args[1])
      case '.?':
        this.#field(this.known(node.args[0], scope), node.args[1])
        return undefined
      case '[]': {
        this.known(node.args[1], scope)
        return elementOf(this.known(node.args[0], scope))
      }
      case 'rcall':
        return this.#method(node.args[0], node.args[1], node.args[2], scope)
      default:
        this.#walk(node.args, scope)
        return undefined
    }
  }

  #walk(part: unknown, scope: Scope): void {
    if (Array.isArray(part)) for (const one of part) this.#walk(one, scope)
    else if (isNode(part)) this.known(part, scope)
  }

  #field(of: Known, name: string): Known {
    const properties = objectAt(of, 'properties')
    if (of === undefined || properties === undefined) return elementOf(of)
    const property = Object.entries(properties).find(([own]) => escapeName(own) === name)?.[1]
    if (property === undefined && of['x-kubernetes-preserve-unknown-fields'] !== true) this.missing ??= name
    return isObject(property) ? property : undefined
  }

  #method(name: string, receiver: ASTNode, args: readonly ASTNode[], scope: Scope): Known {
    const of = this.known(receiver, scope)
    const [variable] = args
    if (variable?.op !== 'id' || !(name in loops)) {
      this.#walk(args, scope)
      return undefined
    }
    // The variable of a loop over a map is its key.
    const inner = new Map(scope).set(variable.args, of?.type === 'array' ? elementOf(of) : undefined)
    const value =
      name === 'bind' && args[1] !== undefined ? this.known(args[1], scope) : inner.get(variable.args)
    inner.set(variable.args, value)
    const results = args.slice(1).map((arg) => this.known(arg, inner))
    return name === 'filter' ? of : name === 'bind' ? results.at(-1) : undefined
  }
}

const loops = { all: true, exists: true, exists_one: true, map: true, filter: true, bind: true }

function elementOf(of: Known): Known {
  return objectAt(of, 'items') ?? objectAt(of, 'additionalProperties')
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
