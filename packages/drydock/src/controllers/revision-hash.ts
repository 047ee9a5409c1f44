/** A short name for a pod template: equal templates give equal hashes, whatever the order of their keys. Pure. */
import { createHash } from 'node:crypto'

// Kubernetes' alphabet for generated names (apimachinery rand.SafeEncodeString): no vowels, so no words.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** @param salt the workload's collisionCount: another hash for the same value when a name is taken */
export function revisionHash(value: unknown, salt = 0): string {
  const digest = createHash('sha256').update(canonical(value))
  if (salt > 0) digest.update(String(salt))
  return [...digest.digest().subarray(0, 10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
