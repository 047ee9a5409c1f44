import { checkText } from './check-text.ts'
import { checkWords } from './check-words.ts'
import type { Directive } from './directive.ts'
import { parseMemory } from './memory.ts'
import { words } from './normalise.ts'
import type { Problem } from './problem.ts'
import { invalid, type Wrong } from './wrong.ts'

/** Whether the directive takes the value: its form, then its bounds. */
export function checkValue(directive: Directive, value: string): Problem | undefined {
  const wrong = wrongWith(directive, value)
  if (wrong === undefined) return undefined
  const shown = directive.sensitive === true ? '(secret)' : value
  const message = `${directive.name} does not take ${JSON.stringify(shown)}`
  return { field: directive.name, value: shown, code: wrong.code, message, remedy: wrong.remedy }
}

function wrongWith(directive: Directive, value: string): Wrong | undefined {
  switch (directive.type) {
    case 'bool':
      return /^(yes|no)$/i.test(value) ? undefined : invalid('write yes or no')
    case 'integer':
      // The server takes neither a plus, nor a space, nor a leading zero (`string2ll` in src/util.c).
      return /^(0|-?[1-9]\d*)$/.test(value)
        ? outside(directive, BigInt(value))
        : invalid('write a whole number')
    case 'octal':
      return /^[0-7]{1,4}$/.test(value) ? undefined : invalid('write a file mode, such as 700')
    case 'memory':
      return checkMemory(directive, value)
    case 'percent-or-memory':
      return checkPercent(directive, value)
    case 'enum':
      return checkEnum(directive, [value])
    case 'flags':
      return checkEnum(directive, words(value))
    case 'letters':
      return checkLetters(directive, value)
    case 'words':
      return checkWords(directive.name, words(value))
    case 'string':
      return checkText(directive.name, value)
    case 'file-only':
      return invalid('leave it out')
  }
}

function checkMemory(directive: Directive, value: string): Wrong | undefined {
  const bytes = parseMemory(value)
  return bytes === undefined
    ? invalid('write bytes, or a number with k, kb, m, mb, g or gb')
    : outside(directive, bytes)
}

function checkPercent(directive: Directive, value: string): Wrong | undefined {
  const percent = /^(\d+)%$/.exec(value)?.[1]
  if (percent === undefined) return checkMemory(directive, value)
  return Number(percent) <= 100 ? undefined : { code: 'OutOfRange', remedy: 'write at most 100%' }
}

function checkEnum({ values = [] }: Directive, given: readonly string[]): Wrong | undefined {
  const known = new Set(values.map((word) => word.toLowerCase()))
  if (given.length > 0 && given.every((word) => known.has(word.toLowerCase()))) return undefined
  return invalid(`write one of ${values.join(', ')}`)
}

function outside({ min, max }: Directive, number: bigint): Wrong | undefined {
  const fits = (min === undefined || number >= min) && (max === undefined || number <= max)
  if (fits && number < 2n ** 63n && number >= -(2n ** 63n)) return undefined
  const bounds = [
    min === undefined ? [] : `at least ${min}`,
    max === undefined ? [] : `at most ${max}`,
  ].flat()
  return {
    code: 'OutOfRange',
    remedy: `write ${bounds.length > 0 ? bounds.join(' and ') : 'a smaller number'}`,
  }
}

function checkLetters({ values = [] }: Directive, value: string): Wrong | undefined {
  return [...value].every((letter) => values.includes(letter))
    ? undefined
    : invalid(`write letters of ${values.join('')}`)
}
