const units: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
}

/** `64mb`, `1g`, `1000` in bytes, or undefined. Units in any case, no fraction, no space (`memtoull` in src/util.c). */
export function parseMemory(text: string): bigint | undefined {
  const match = /^(\d+)([a-z]*)$/i.exec(text)
  const unit = match === null ? undefined : units[match[2]?.toLowerCase() ?? '']
  return match === null || unit === undefined ? undefined : BigInt(match[1] ?? 0) * unit
}
