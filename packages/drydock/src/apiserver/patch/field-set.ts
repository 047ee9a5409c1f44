import { isObject, type JsonObject } from '../object.ts'

/**
 * A set of field paths, as the `fieldsV1` of managedFields holds it: a tree whose edges are path elements (`f:spec`,
 * `k:{"name":"x"}`, `v:"x"`), each node saying whether the path up to it is itself a member.
 * Sets are never changed once built: every operation returns a new one.
 */
export interface FieldSet {
  readonly member: boolean
  readonly children: ReadonlyMap<string, FieldSet>
}

export const noFields: FieldSet = { member: false, children: new Map() }
/** A path that is a member and has nothing below it. */
export const leaf: FieldSet = { member: true, children: new Map() }

export function isEmpty(set: FieldSet): boolean {
  return !set.member && set.children.size === 0
}

/** A node of these children, without the empty ones. */
export function node(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = new Map<string, FieldSet>()
  for (const [element, child] of children) if (!isEmpty(child)) kept.set(element, child)
  return { member, children: kept }
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children)
  for (const [element, child] of b.children) {
    const own = children.get(element)
    children.set(element, own === undefined ? child : union(own, child))
  }
  return { member: a.member || b.member, children }
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return node(
    a.member && b.member,
    [...a.children].map(([element, child]) => [
      element,
      intersection(child, b.children.get(element) ?? noFields),
    ]),
  )
}

/** The members of `a` that are not members of `b`. What lies below a member of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return node(
    a.member && !b.member,
    [...a.children].map(([element, child]) => {
      const other = b.children.get(element)
      return [element, other === undefined ? child : difference(child, other)]
    }),
  )
}

/** Like `difference`, and what lies below a member of `b` goes too. */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) return noFields
  return node(
    a.member,
    [...a.children].map(([element, child]) => [
      element,
      differenceBelow(child, b.children.get(element) ?? noFields),
    ]),
  )
}

/** The members, each as the path elements that lead to it, in sorted order. */
export function paths(set: FieldSet, prefix: readonly string[] = []): string[][] {
  const found: string[][] = set.member && prefix.length > 0 ? [[...prefix]] : []
  for (const element of [...set.children.keys()].sort()) {
    const child = set.children.get(element)
    if (child !== undefined) found.push(...paths(child, [...prefix, element]))
  }
  return found
}

/** The set of these paths. */
export function fieldSet(...all: readonly (readonly string[])[]): FieldSet {
  return all.reduce<FieldSet>((set, path) => union(set, chain(path)), noFields)
}

function chain(path: readonly string[]): FieldSet {
  return path.reduceRight<FieldSet>(
    (child, element) => ({ member: false, children: new Map([[element, child]]) }),
    leaf,
  )
}

/** `fieldsV1`, its keys sorted: `{}` is a member, `.` beside others says that the node itself is one. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = set.member && set.children.size > 0 ? { '.': {} } : {}
  for (const element of [...set.children.keys()].sort()) {
    const child = set.children.get(element)
    if (child !== undefined) fields[element] = toFieldsV1(child)
  }
  return fields
}

/** Reads `fieldsV1`; what is not of its form is left out. */
export function fromFieldsV1(fields: unknown): FieldSet {
  return read(fields, true)
}

function read(fields: unknown, root: boolean): FieldSet {
  if (!isObject(fields)) return noFields
  const children = new Map<string, FieldSet>()
  for (const [element, child] of Object.entries(fields)) {
    if (/^[fkvi]:/.test(element)) children.set(canonical(element), read(child, false))
  }
  return { member: !root && ('.' in fields || children.size === 0), children }
}

/** Key elements are compared as text, so their fields must stand in one order. */
function canonical(element: string): string {
  return element.startsWith('k:') ? keyElement(JSON.parse(element.slice(2))) : element
}

export function fieldElement(name: string): string {
  return `f:${name}`
}

export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`
}

export function keyElement(key: JsonObject): string {
  return `k:${JSON.stringify(Object.fromEntries(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))))}`
}

/** A path as messages print it: `.spec.template.spec.containers[name="nginx"].image`. */
export function printPath(path: readonly string[]): string {
  return path.map(printElement).join('')
}

function printElement(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  if (element.startsWith('i:')) return `[${rest}]`
  const key: unknown = JSON.parse(rest)
  const fields = isObject(key) ? Object.entries(key) : []
  return `[${fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`
}
