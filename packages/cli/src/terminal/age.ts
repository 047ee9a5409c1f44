/** How long ago, as kubectl says it: 45s, 12m, 3h5m, 6d. */
export function age(from: string | undefined, now: number): string {
  if (from === undefined) return ''
  const seconds = Math.max(0, Math.floor((now - Date.parse(from)) / 1000))
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return `${hours}h${minutes % 60 === 0 ? '' : `${minutes % 60}m`}`
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}
