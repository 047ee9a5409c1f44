/** pino's JSON as a line for people; anything else as it is. */
export function readable(line: string): string {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line)
  } catch {
    return line
  }
  if (typeof entry !== 'object' || entry === null) return line
  const { level, time, msg, pid, hostname, v, err, kind, namespace, name, ...rest } = entry
  const at = new Date(typeof time === 'number' || typeof time === 'string' ? time : Number.NaN)
  const when = Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(11, 23)
  const about = typeof kind === 'string' ? [`${kind} ${namespace}/${name}:`] : []
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const fault = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : ''
  return [when, (levels[Number(level)] ?? '').padEnd(5), ...about, `${msg ?? ''}${fault}`, ...fields]
    .filter((part) => part !== '')
    .join(' ')
}

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
