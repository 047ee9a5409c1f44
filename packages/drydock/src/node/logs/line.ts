export type LogStream = 'stdout' | 'stderr'

/** A line as it is stored: `<RFC 3339 time> <stream> <F|P> <text>`, the format of the container runtime interface. */
export interface LogLine {
  readonly time: string
  readonly stream: LogStream
  /** Whether the line goes on in the next record. */
  readonly partial: boolean
  readonly text: string
}

/** Longer lines are stored in pieces, as container runtimes do. */
export const longestPiece: number = 16 * 1024

export function formatLine(line: LogLine): string {
  return `${line.time} ${line.stream} ${line.partial ? 'P' : 'F'} ${line.text}\n`
}

/** Undefined for a line that was cut off. */
export function parseLine(record: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP]) ([\s\S]*)$/.exec(record)
  if (!match) return undefined
  return {
    time: match[1] ?? '',
    stream: match[2] === 'stderr' ? 'stderr' : 'stdout',
    partial: match[3] === 'P',
    text: match[4] ?? '',
  }
}
