/** A short name for a pod template: equal templates give equal hashes, whatever the order of their keys. Pure. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '@orlop/kube'

// Kubernetes' alphabet for generated names (apimachinery rand.SafeEncodeString): no vowels, so no words.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** @param salt the workload's collisionCount: another hash for the same value when a name is taken */
export function revisionHash(value: unknown, salt = 0): string {
  const digest = createHash('sha256').update(canonicalJson(value))
  if (salt > 0) digest.update(String(salt))
  return [...digest.digest().subarray(0, 10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
