import type { Directive } from './directive.ts'
import { parseMemory } from './memory.ts'

/**
 * What CONFIG GET answers once the value is set, so that what is wanted and what is can be compared as text. A value that the
 * directive does not take comes back as it is.
 *
 * @example normalise(directives('redis', '7.0').get('maxmemory'), '64mb') // '67108864'
 */
export function normalise(directive: Directive, value: string): string {
  switch (directive.type) {
    case 'bool':
      return value.toLowerCase()
    case 'memory':
    case 'percent-or-memory':
      return parseMemory(value)?.toString() ?? value
    case 'octal':
      return value.replace(/^0+(?=\d)/, '')
    case 'enum':
      return normaliseEnum(directive, value)
    case 'flags':
      return normaliseFlags(directive, value)
    case 'words':
      return normaliseWords(directive, words(value))
    case 'letters':
      return normaliseEvents(value)
    default:
      return value
  }
}

/** The arguments of a value that is a list of them. */
export function words(value: string): string[] {
  return value.split(/[ \t]+/).filter((word) => word !== '')
}

function normaliseEnum({ values, synonyms }: Directive, value: string): string {
  const spelled = values?.find((known) => known.toLowerCase() === value.toLowerCase()) ?? value
  return synonyms?.[spelled] ?? spelled
}

/** In the order of the server's own list. The first, `default`, is the absence of the others. */
function normaliseFlags({ values = [] }: Directive, value: string): string {
  const given = words(value.toLowerCase())
  if (given.some((word) => !values.includes(word))) return value
  const [none = '', ...flags] = values
  const set = flags.filter((flag) => given.includes(flag))
  return set.length > 0 ? set.join(' ') : none
}

function normaliseWords(directive: Directive, given: readonly string[]): string {
  switch (directive.name) {
    case 'client-output-buffer-limit':
      return normaliseBufferLimits(directive, given)
    case 'latency-tracking-info-percentiles':
      return given.map((word) => (Number.isFinite(Number(word)) ? String(Number(word)) : word)).join(' ')
    case 'replicaof':
    case 'slaveof':
      return /^no one$/i.test(given.join(' ')) ? '' : given.join(' ')
    default:
      return given.join(' ')
  }
}

/** Classes that are not named keep their values; those of a server that was told nothing are the default's. */
function normaliseBufferLimits(directive: Directive, given: readonly string[]): string {
  const limits = new Map<string, readonly string[]>()
  for (const [name, ...limit] of bufferLimits(words(directive.default ?? ''))) limits.set(name ?? '', limit)
  for (const [name = '', hard = '', soft = '', seconds = ''] of bufferLimits(given)) {
    const own = name.toLowerCase() === 'replica' ? 'slave' : name.toLowerCase()
    limits.set(own, [parseMemory(hard)?.toString() ?? hard, parseMemory(soft)?.toString() ?? soft, seconds])
  }
  return [...limits].map(([name, limit]) => [name, ...limit].join(' ')).join(' ')
}

/** `class hard soft seconds`, four words each. */
export function bufferLimits(given: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(given.length / 4) }, (_, i) => given.slice(4 * i, 4 * i + 4))
}

/** `keyspaceEventsFlagsToString` in src/notify.c: A stands for all classes, and the rest has an order. */
function normaliseEvents(value: string): string {
  const all = [...'g$lshzxetd']
  const given = new Set(value)
  const classes =
    given.has('A') || all.every((letter) => given.has(letter))
      ? ['A']
      : [...all, 'n'].filter((letter) => given.has(letter))
  return [...classes, ...[...'KEm'].filter((letter) => given.has(letter))].join('')
}
