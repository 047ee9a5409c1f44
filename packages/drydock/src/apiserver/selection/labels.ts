import { badRequest } from '../status.ts'
import { labelValue, qualifiedName } from '../validation/names.ts'
import { SelectorTokens } from './selector-tokens.ts'

/** Decides by the labels of an object. */
export type LabelMatcher = (labels: Readonly<Record<string, string>>) => boolean

type Operator = 'exists' | 'absent' | 'in' | 'notin' | 'greater' | 'less'

interface Requirement {
  key: string
  operator: Operator
  values: readonly string[]
}

const operators: ReadonlyMap<string, Operator> = new Map([
  ['in', 'in'],
  ['=', 'in'],
  ['==', 'in'],
  ['notin', 'notin'],
  ['!=', 'notin'],
  ['>', 'greater'],
  ['<', 'less'],
])

/**
 * Parses a label selector as `kubectl -l` writes it: `a=b, c!=d, e in (f, g), h notin (i), j, !k, l>1`.
 * Grammar and refusals: k8s.io/apimachinery pkg/labels/selector.go. Throws BadRequest.
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = parse(new SelectorTokens(text))
  return (labels) => requirements.every((requirement) => meets(requirement, labels))
}

function parse(tokens: SelectorTokens): Requirement[] {
  const requirements: Requirement[] = []
  for (;;) {
    const first = tokens.peek()
    if (first.is === 'end') return requirements
    if (first.is !== 'word' && first.text !== '!')
      throw badRequest(`found '${first.text}', expected: !, identifier, or 'end of string'`)
    requirements.push(parseRequirement(tokens))
    const after = tokens.take()
    if (after.is === 'end') return requirements
    if (after.text !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`)
    const next = tokens.peek()
    if (next.is !== 'word' && next.text !== '!')
      throw badRequest(`found '${next.text}', expected: identifier after ','`)
  }
}

function unparsable(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`)
}

function parseRequirement(tokens: SelectorTokens): Requirement {
  const first = tokens.take()
  const absent = first.text === '!' && first.is === 'sign'
  const key = absent ? tokens.take() : first
  if (key.is !== 'word') throw unparsable(`found '${key.text}', expected: identifier`)
  refuse('<nil>', key.text, qualifiedName(key.text))
  if (absent) return { key: key.text, operator: 'absent', values: [] }
  const next = tokens.peek()
  if (next.is === 'end' || next.text === ',') return { key: key.text, operator: 'exists', values: [] }
  tokens.take()
  const operator = operators.get(next.text)
  if (operator === undefined) throw unparsable(`found '${next.text}', expected: in, notin, =, ==, !=, gt, lt`)
  const values = next.is === 'word' ? parseValues(tokens) : [parseValue(tokens)]
  for (const [index, value] of values.entries()) {
    if ((operator === 'greater' || operator === 'less') && !/^[-+]?\d+$/.test(value))
      refuse(`values[${index}]`, value, ["for 'Gt', 'Lt' operators, the value must be an integer"])
    refuse(`values[${index}][${key.text}]`, value, labelValue(value))
  }
  return { key: key.text, operator, values }
}

function refuse(field: string, value: string, why: readonly string[]): void {
  if (why.length > 0) throw unparsable(`${field}: Invalid value: ${JSON.stringify(value)}: ${why.join('; ')}`)
}

function parseValue(tokens: SelectorTokens): string {
  const next = tokens.peek()
  if (next.is === 'end' || next.text === ',') return ''
  if (next.is !== 'word') throw unparsable(`found '${next.text}', expected: identifier`)
  return tokens.take().text
}

/** `(a, b)`; nothing between the commas or parentheses is the empty value. */
function parseValues(tokens: SelectorTokens): string[] {
  const open = tokens.take()
  if (open.text !== '(') throw unparsable(`found '${open.text}' expected: '('`)
  const values = new Set<string>()
  for (;;) {
    const next = tokens.take()
    if (next.is === 'word') {
      values.add(next.text)
      const after = tokens.take()
      if (after.text === ')') break
      if (after.text !== ',') throw unparsable(`found '${after.text}', expected: ',' or ')'`)
      if (tokens.peek().text !== ')') continue
      values.add('')
    } else if (next.text === ',') values.add('')
    else if (next.text === ')') {
      if (values.size === 0) values.add('')
      break
    } else throw unparsable(`found '${next.text}', expected: ',', or identifier`)
  }
  return [...values].sort()
}

function meets({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'greater':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) > Number(values[0])
    case 'less':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) < Number(values[0])
  }
}
