/** Tables as kubectl prints them: columns by spaces, so that they can be read, cut and piped. */
import { stripVTControlCharacters } from 'node:util'

export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, width(cell))
    })
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, i) =>
        i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - width(cell)),
      )
      return `${indent}${cells.join('   ')}`.trimEnd()
    })
    .join('\n')
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length
}
