import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from './api.ts'

/** No vowels and no digits that look like letters, as k8s.io/apimachinery `rand.String`, so that no word appears. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

export const systemRandom: Random = {
  uuid: () => randomUUID(),
  suffix: (length) => Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join(''),
  token: () => randomBytes(32).toString('base64url'),
}
