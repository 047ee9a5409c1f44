import { bufferLimits, words } from './normalise.ts'

/** Directives whose value is several arguments, each of its own in the file (MULTI_ARG_CONFIG in src/config.c). */
const severalArguments: ReadonlySet<string> = new Set([
  'bind',
  'latency-tracking-info-percentiles',
  'oom-score-adj-values',
  'replicaof',
  'shutdown-on-sigint',
  'shutdown-on-sigterm',
  'slaveof',
])

/**
 * The line or lines of redis.conf that set a directive, without a line end. `save` and `client-output-buffer-limit` take a
 * line for each entry, the only form that 6.2 reads and all later ones do.
 *
 * Text is quoted as `sdssplitargs` in src/sds.c reads it. It has no form for U+0000 in names of files, and
 * {@link checkConfig} refuses control characters before they come here; they are escaped all the same, so that no value can
 * start a line of its own.
 */
export function quoteDirective(name: string, value: string): string {
  const given = words(value)
  if (name === 'save' && given.length > 0) return lines(name, pairs(given))
  if (name === 'client-output-buffer-limit' && given.length > 0) return lines(name, bufferLimits(given))
  if (/^(replicaof|slaveof)$/.test(name) && given.length === 0) return `${name} no one`
  if (severalArguments.has(name) && given.length > 0) return lines(name, [given])
  return `${name} ${quote(value)}`
}

function lines(name: string, entries: readonly (readonly string[])[]): string {
  return entries.map((entry) => [name, ...entry.map(quote)].join(' ')).join('\n')
}

function pairs(given: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(given.length / 2) }, (_, i) => given.slice(2 * i, 2 * i + 2))
}

/** As it is where nothing in it means anything to the reader of the file, else in double quotes. */
function quote(text: string): string {
  if (/^[\w.:/*@%+,~^$-]+$/.test(text)) return text
  const bytes = [...Buffer.from(text)]
  const escaped = bytes.map((byte) => {
    const letter = String.fromCharCode(byte)
    if (letter === '"' || letter === '\\') return `\\${letter}`
    return byte >= 0x20 && byte < 0x7f ? letter : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${escaped.join('')}"`
}
