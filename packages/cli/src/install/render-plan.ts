/** The plan as a person reads it: one line an object, and below it the fields that change. */
import { styleFor } from '../terminal/style.ts'
import type { Difference } from './difference.ts'
import type { Step } from './plan.ts'

/** More of them are counted only. */
const shownFields = 4
const longest = 48

const signs = {
  create: { sign: '+', colour: 'green' },
  change: { sign: '~', colour: 'yellow' },
  leave: { sign: '=', colour: 'dim' },
  delete: { sign: '-', colour: 'red' },
} as const

export function renderPlan(steps: readonly Step[], color: boolean): string {
  const style = styleFor(color)
  return steps
    .flatMap((step) => {
      const { sign, colour } = signs[step.verb]
      const line = `${sign} ${titleOf(step)}`
      const head = step.verb === 'leave' ? style(colour, line) : `${style(colour, sign)}${line.slice(1)}`
      return [
        `  ${head}`,
        ...fields(step.changes).map((text) => `      ${style('dim', text)}`),
        ...step.conflicts.map(
          ({ field, manager }) => `      ${style('yellow', `! ${field} belongs to ${manager}`)}`,
        ),
        ...(step.refusal === undefined ? [] : [`      ${style('red', `✗ refused: ${step.refusal}`)}`]),
      ]
    })
    .join('\n')
}

export function titleOf({ object: { kind, metadata } }: Pick<Step, 'object'>): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
}

function fields(changes: readonly Difference[]): string[] {
  const shown = changes.slice(0, shownFields).map(({ field, from, to }) => {
    if (from === undefined && isLarge(to)) return `${field} is added`
    if (to === undefined && isLarge(from)) return `${field} is taken away`
    return `${field}: ${brief(from)} → ${brief(to)}`
  })
  const more = changes.length - shown.length
  return more > 0 ? [...shown, `and ${more} more ${more === 1 ? 'field' : 'fields'}`] : shown
}

function isLarge(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function brief(value: unknown): string {
  if (value === undefined) return '(nothing)'
  if (Array.isArray(value) && value.some(isLarge))
    return value.length === 1 ? 'one item' : `${value.length} items`
  const text = isLarge(value) && !Array.isArray(value) ? JSON.stringify(value) : String(value)
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

/** `5 to create, 1 to change, 7 as they are` */
export function renderCounts(steps: readonly Step[]): string {
  const count = (verb: Step['verb']): number => steps.filter((step) => step.verb === verb).length
  const parts: [number, string][] = [
    [count('create'), 'to create'],
    [count('change'), 'to change'],
    [count('delete'), 'to delete'],
    [count('leave'), 'as wanted already'],
  ]
  return parts
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ')
}
