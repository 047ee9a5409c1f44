import { open, readFile, stat } from 'node:fs/promises'
import { type LogLine, parseLine } from './line.ts'
import type { LogWriter } from './writer.ts'

/** The query of the log subresource of a pod. */
export interface LogOptions {
  readonly tailLines?: number
  readonly timestamps?: boolean
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly limitBytes?: number
  readonly follow?: boolean
}

/** The stored lines of one run of a container, the file that was set aside first. */
async function stored(file: string): Promise<{ text: string; size: number }> {
  const older = await readFile(`${file}.1`, 'utf8').catch(() => '')
  const current = await readFile(file).catch(() => Buffer.alloc(0))
  const end = current.lastIndexOf(0x0a) + 1
  return { text: older + current.subarray(0, end).toString('utf8'), size: end }
}

/** Chooses and shapes lines as `kubectl logs` asks; pure. */
export function select(records: readonly string[], options: LogOptions, now: number): string[] {
  let lines = records.map(parseLine).filter((line): line is LogLine => line !== undefined)
  const since = options.sinceTime
    ? Date.parse(options.sinceTime)
    : options.sinceSeconds && now - options.sinceSeconds * 1000
  if (since) lines = lines.filter((line) => Date.parse(line.time) >= since)
  if (options.tailLines !== undefined)
    lines = options.tailLines <= 0 ? [] : lastWhole(lines, options.tailLines)
  return lines.map(
    (line) => `${options.timestamps ? `${line.time} ` : ''}${line.text}${line.partial ? '' : '\n'}`,
  )
}

/** The last `count` lines, a line in pieces counting once. */
function lastWhole(lines: readonly LogLine[], count: number): LogLine[] {
  let ends = 0
  for (let i = lines.length - 1; i >= 0; i--) {
    if (!lines[i]?.partial && ++ends > count) return lines.slice(i + 1)
  }
  return [...lines]
}

/**
 * The log of a run, in chunks; with `follow` also what is written from then on, until the run ends or `signal` is aborted.
 * `writer` is the run's own while it lasts.
 */
export async function* readLog(
  file: string,
  options: LogOptions,
  o: { readonly writer?: LogWriter | undefined; readonly now: number; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY
  const cut = (text: string): string => {
    const bytes = Buffer.from(text)
    const kept = bytes.length > left ? bytes.subarray(0, left).toString('utf8') : text
    left -= bytes.length
    return kept
  }
  const { text, size } = await stored(file)
  const first = cut(select(text.split('\n'), options, o.now).join(''))
  if (first !== '') yield first
  const writer = o.writer
  if (!options.follow || !writer) return
  let offset = size
  while (left > 0 && !o.signal.aborted) {
    const { closed: ended, version } = writer
    const more = await from(file, offset)
    offset = more.offset
    const lines = cut(
      select(more.text.split('\n'), { timestamps: options.timestamps === true }, o.now).join(''),
    )
    if (lines !== '') yield lines
    else if (ended) return
    else await change(writer, version, o.signal)
  }
}

/** Whole lines from `offset`; a file smaller than that was begun anew. */
async function from(file: string, offset: number): Promise<{ text: string; offset: number }> {
  const { size } = await stat(file)
  const start = size < offset ? 0 : offset
  if (size === start) return { text: '', offset: start }
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.min(size - start, 1024 * 1024)),
      0,
      undefined,
      start,
    )
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1
    return { text: buffer.subarray(0, end).toString('utf8'), offset: start + end }
  } finally {
    await handle.close()
  }
}

function change(writer: LogWriter, seen: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const stop = writer.onChange(done)
    signal.addEventListener('abort', done, { once: true })
    if (writer.version !== seen || signal.aborted) done()
  })
}
