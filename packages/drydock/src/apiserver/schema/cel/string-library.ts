import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { regularExpression } from '../regular-expression.ts'

/** CEL's strings extension and the regular expressions of Kubernetes. */
export function registerStrings(env: Environment): void {
  env.registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => regularExpression(pattern).exec(text)?.[0] ?? '',
  )
  env.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
    findAll(text, pattern, Number.POSITIVE_INFINITY),
  )
  env.registerFunction(
    'string.findAll(string, int): list<string>',
    (text: string, pattern: string, most: bigint) =>
      findAll(text, pattern, most < 0n ? Number.POSITIVE_INFINITY : Number(most)),
  )
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  )
  env.registerFunction(
    'string.replace(string, string, int): string',
    (text: string, from: string, to: string, most: bigint) => replaceSome(text, from, to, Number(most)),
  )
  env.registerFunction(
    'string.charAt(int): string',
    (text: string, at: bigint) => [...text][Number(at)] ?? '',
  )
  env.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
  env.registerFunction('string.format(list<dyn>): string', (text: string, values: unknown[]) =>
    format(text, values),
  )
}

function findAll(text: string, pattern: string, most: number): string[] {
  const { source, flags } = regularExpression(pattern)
  const found = [...text.matchAll(new RegExp(source, `${flags}g`))].map(([match]) => match)
  return found.slice(0, most)
}

function replaceSome(text: string, from: string, to: string, most: number): string {
  if (most < 0) return text.replaceAll(from, () => to)
  const parts = text.split(from)
  const head = parts.slice(0, most + 1).join(to)
  return parts.length <= most + 1 ? head : [head, ...parts.slice(most + 1)].join(from)
}

/** The verbs of CEL's `format`: %s, %d, %f, %e, %b, %x, %X, %o. */
function format(text: string, values: unknown[]): string {
  let next = 0
  return text.replaceAll(
    /%(%|(?:\.(\d+))?([sdfebxXo]))/g,
    (_, whole: string, precision: string | undefined, verb: string) => {
      if (whole === '%') return '%'
      if (next >= values.length) throw new EvaluationError(`index ${next} out of range`)
      return one(verb, values[next++], precision === undefined ? 6 : Number(precision))
    },
  )
}

function one(verb: string, value: unknown, precision: number): string {
  switch (verb) {
    case 'f':
      return Number(value).toFixed(precision)
    case 'e':
      return Number(value).toExponential(precision)
    case 'b':
      return typeof value === 'bigint' ? value.toString(2) : value === true ? '1' : '0'
    case 'o':
      return typeof value === 'bigint' ? value.toString(8) : String(value)
    case 'x':
      return hexadecimal(value)
    case 'X':
      return hexadecimal(value).toUpperCase()
    default:
      return print(value)
  }
}

function hexadecimal(value: unknown): string {
  return typeof value === 'bigint' ? value.toString(16) : Buffer.from(String(value)).toString('hex')
}

function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (typeof value !== 'object' || value === null || value.constructor !== Object) return String(value)
  return `{${Object.entries(value)
    .map(([name, field]) => `${name}: ${print(field)}`)
    .sort()
    .join(', ')}}`
}
