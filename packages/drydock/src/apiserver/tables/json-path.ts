import { isObject } from '../object.ts'

/** One step of a path: into a field, all items, one item, or the items whose field has a value. */
type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'index'; readonly at: number }
  | {
      readonly kind: 'where'
      readonly path: readonly string[]
      readonly equals: boolean
      readonly value: unknown
    }

/**
 * Reads a path as printer columns, scale subresources and selectable fields write it: `.status.ready`,
 * `.status.conditions[?(@.type=="Ready")].status`, `.spec.hosts[0]`, `.metadata.labels['app\.kubernetes\.io/name']`.
 * Undefined for a path that is not of this form.
 */
export function parsePath(text: string): readonly Step[] | undefined {
  const steps: Step[] = []
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '')
  if (rest !== '' && !/^[.[]/.test(rest)) rest = `.${rest}`
  while (rest !== '') {
    const match = stepPattern.exec(rest)
    if (match === null) return undefined
    const step = stepOf(match)
    if (step === undefined) return undefined
    steps.push(step)
    rest = rest.slice(match[0].length)
  }
  return steps
}

const stepPattern =
  /^(?:\.(?<name>(?:\\.|[^.[\]\\])+)|\['(?<quoted>(?:\\.|[^'\\])*)'\]|\["(?<doubled>(?:\\.|[^"\\])*)"\]|\[(?<index>-?\d+)\]|(?<all>\[\*\]|\.\*)|\[\?\(\s*@(?<path>(?:\.[\w-]+)+)\s*(?<op>==|!=)\s*(?<value>"[^"]*"|'[^']*'|true|false|-?\d+(?:\.\d+)?)\s*\)\])/

function stepOf({ groups = {} }: RegExpExecArray): Step | undefined {
  const { name, quoted, doubled, index, all, path, op, value } = groups
  if (all !== undefined || name === '*') return { kind: 'all' }
  if (index !== undefined) return { kind: 'index', at: Number(index) }
  if (path !== undefined && value !== undefined) {
    const literal = /^["']/.test(value) ? value.slice(1, -1) : JSON.parse(value)
    return { kind: 'where', path: path.slice(1).split('.'), equals: op === '==', value: literal }
  }
  const field = name ?? quoted ?? doubled
  return field === undefined ? undefined : { kind: 'field', name: field.replaceAll(/\\(.)/g, '$1') }
}

/** Every value that a path leads to; none where it breaks off. */
export function valuesAt(value: unknown, steps: readonly Step[]): unknown[] {
  return steps.reduce<unknown[]>((found, step) => found.flatMap((one) => follow(one, step)), [value])
}

function follow(value: unknown, step: Step): unknown[] {
  if (step.kind === 'field') {
    return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []
  }
  if (step.kind === 'all') return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  if (!Array.isArray(value)) return []
  if (step.kind === 'index') {
    const item = value.at(step.at)
    return item === undefined ? [] : [item]
  }
  return value.filter((item) => {
    const [found] = valuesAt(
      item,
      step.path.map((name) => ({ kind: 'field', name })),
    )
    return (found === step.value) === step.equals
  })
}
