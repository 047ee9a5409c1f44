/** The findings as a person reads them: a line each, what belongs to it below, and a summary. */
import { styleFor, wrapped } from '../terminal/style.ts'
import type { Result, Told } from './check.ts'
import { countsOf } from './run.ts'

export interface Page {
  readonly color: boolean
  /** Columns of the terminal. */
  readonly width: number
  /** Also what is only worth knowing: details of what is well. */
  readonly verbose: boolean
}

const marks: Readonly<
  Record<Result, { readonly mark: string; readonly colour: 'green' | 'yellow' | 'red' | 'dim' }>
> = {
  ok: { mark: '✓', colour: 'green' },
  warn: { mark: '!', colour: 'yellow' },
  fail: { mark: '✗', colour: 'red' },
  unknown: { mark: '?', colour: 'dim' },
}

export function renderFindings(told: readonly Told[], page: Page): string {
  const widest = Math.max(...told.map(({ title }) => title.length))
  return told.map((one) => renderFinding(one, widest, page)).join('\n')
}

function renderFinding(
  { result, title, seen, details = [], remedy }: Told,
  widest: number,
  page: Page,
): string {
  const style = styleFor(page.color)
  const { mark, colour } = marks[result]
  const indent = ' '.repeat(widest + 6)
  const room = Math.max(40, page.width - indent.length)
  const name = title.padEnd(widest)
  const [first = '', ...rest] = wrapped(seen, room)
  const bold = result === 'fail' || result === 'warn' ? style('bold', name) : name
  const lines = [
    `${style(colour, mark)} ${bold}   ${first}`.replace(/^/, ' '),
    ...rest.map((line) => `${indent}${line}`),
  ]
  if (result !== 'ok' || page.verbose) {
    for (const detail of details) {
      const [head = '', ...more] = wrapped(detail, room - 2)
      lines.push(
        style('dim', `${indent}· ${head}`),
        ...more.map((line) => style('dim', `${indent}  ${line}`)),
      )
    }
  }
  if (remedy !== undefined && result !== 'ok') {
    const [head = '', ...more] = wrapped(remedy, room - 2)
    lines.push(`${indent}${style('cyan', '→')} ${head}`, ...more.map((line) => `${indent}  ${line}`))
  }
  return lines.join('\n')
}

/** `11 ok, 2 warnings, 1 failed, 1 not known` */
export function renderSummary(told: readonly Told[], color: boolean): string {
  const style = styleFor(color)
  const { ok, warn, fail, unknown } = countsOf(told)
  return [
    style('green', `${ok} ok`),
    ...(warn > 0 ? [style('yellow', warn === 1 ? '1 warning' : `${warn} warnings`)] : []),
    ...(fail > 0 ? [style('red', `${fail} failed`)] : []),
    ...(unknown > 0 ? [style('dim', `${unknown} not known`)] : []),
  ].join(', ')
}
