const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/**
 * A span of time as kubectl prints it, coarser the longer it is: `5s`, `3m20s`, `4h`, `2d3h`, `400d`.
 * After `HumanDuration` of k8s.io/apimachinery `util/duration`.
 * @param span milliseconds
 */
export function humanDuration(span: number): string {
  const seconds = Math.trunc(span / second)
  // A little in the future is a clock that is off, far in the future is not a time that has been.
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(span / minute)
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(span / hour)
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(span / day)
  if (days < 8) return two(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  const years = Math.trunc(days / 365)
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** How long ago a timestamp was; `<unknown>` without one. */
export function since(timestamp: unknown, now: number): string {
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  return Number.isNaN(time) ? '<unknown>' : humanDuration(now - time)
}
