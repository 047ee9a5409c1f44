import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from './api.ts'
import type { Storage } from './storage/storage.ts'

/** Who holds the token of the kubeconfig. */
export const administrator = 'orlop-admin'

/** Knows tokens: the one of the kubeconfig, and those that were requested for service accounts. Everybody may do everything. */
export class Authenticator {
  readonly #token: Buffer
  readonly #tokens: Storage['tokens']
  readonly #clock: Clock

  constructor(token: string, tokens: Storage['tokens'], clock: Clock) {
    this.#token = digest(token)
    this.#tokens = tokens
    this.#clock = clock
  }

  /** The user a token belongs to. */
  user(token: string): string | undefined {
    const given = digest(token)
    if (timingSafeEqual(given, this.#token)) return administrator
    return this.#tokens.tokenUser(given.toString('hex'), this.#clock.now())
  }

  /** Makes a token valid until a time (ms since the epoch). Only its digest is stored. */
  admit(token: string, username: string, expires: number): void {
    this.#tokens.putToken(digest(token).toString('hex'), username, expires, this.#clock.now())
  }
}

/** Digests are of one length, so that comparing them tells nothing about the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
