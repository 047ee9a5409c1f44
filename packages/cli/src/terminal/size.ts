const units = ['kB', 'MB', 'GB', 'TB']

/** Bytes as people read them, by thousands: 512 B, 34.2 MB. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  let value = bytes
  let unit = 'B'
  for (const next of units) {
    if (value < 999.5) break
    value /= 1000
    unit = next
  }
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
