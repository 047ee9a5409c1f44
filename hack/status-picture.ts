/**
 * Draws what a terminal shows as an SVG: reads text with colour codes, writes a picture.
 * Usage: script -qec './bin/orlop status' /dev/null | node hack/status-picture.ts > docs/images/status.svg
 */
import { text } from 'node:stream/consumers'

const cell = { width: 8.43, height: 20 } as const
const margin = { x: 18, top: 52, bottom: 16 } as const
const colours: Readonly<Record<string, string>> = {
  '2': '#8b949e',
  '31': '#f47067',
  '32': '#6bc46d',
  '33': '#daaa3f',
  '36': '#56c2d6',
}

const command = '$ ./bin/orlop status'
const lines = [command, ...(await text(process.stdin)).replaceAll('\r', '').trimEnd().split('\n')]
const longest = Math.max(...lines.map((line) => plain(line).length))
const width = Math.ceil(longest * cell.width + 2 * margin.x)
const height = margin.top + lines.length * cell.height + margin.bottom

process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The output of orlop status">
<rect width="${width}" height="${height}" rx="8" fill="#1f2329"/>
${['#f47067', '#daaa3f', '#6bc46d'].map((fill, i) => `<circle cx="${20 + i * 18}" cy="20" r="5.5" fill="${fill}"/>`).join('')}
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#d7dce2" xml:space="preserve">
${lines.map(draw).join('\n')}
</g>
</svg>
`)

interface Run {
  readonly style: string
  readonly text: string
}

/** Each word stands at its own column, so that a font of another width does not break the table. */
function draw(line: string, row: number): string {
  let column = 0
  const words: string[] = []
  for (const run of runsOf(line)) {
    for (const word of run.text.matchAll(/\S+(?: \S+)*/g)) {
      const x = (margin.x + (column + word.index) * cell.width).toFixed(1)
      const length = (word[0].length * cell.width).toFixed(1)
      words.push(`<tspan x="${x}"${run.style} textLength="${length}">${escaped(word[0])}</tspan>`)
    }
    column += run.text.length
  }
  return `<text y="${margin.top + row * cell.height}">${words.join('')}</text>`
}

/** A line cut at its colour codes: ESC [ CODES m. */
function runsOf(line: string): Run[] {
  return line.split('\u001b[').map((part, index): Run => {
    const [, codes = '', text = ''] = index === 0 ? [part, '', part] : (/^([\d;]*)m(.*)$/.exec(part) ?? [])
    return { style: codes.split(';').map(styleOf).join(''), text }
  })
}

function styleOf(code: string): string {
  if (code === '1') return ' font-weight="bold"'
  const fill = colours[code]
  return fill === undefined ? '' : ` fill="${fill}"`
}

function plain(line: string): string {
  return runsOf(line)
    .map((run) => run.text)
    .join('')
}

function escaped(word: string): string {
  return word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
