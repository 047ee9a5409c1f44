/** Spellings that were renamed, old to new. A table says alias only where it has both names. */
const renamings: readonly (readonly [RegExp, string])[] = [
  [/slaveof/, 'replicaof'],
  [/slaves/, 'replicas'],
  [/slave/, 'replica'],
  [/ziplist/, 'listpack'],
  [/^lua-time-limit$/, 'busy-reply-threshold'],
  [/^master(auth|user)$/, 'primary$1'],
  [/_/g, '-'],
]

/** The name that replaced this one, if the same server knows it; a test asks a real server whether the two are one. */
export function newerName(name: string, names: readonly string[]): string | undefined {
  let newer = name
  for (const [old, now] of renamings) newer = newer.replace(old, now)
  return newer !== name && names.includes(newer) ? newer : undefined
}
