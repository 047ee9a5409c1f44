import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from './api.ts'
import { type JsonObject, objectAt, stringAt, stringsAt } from './object.ts'
import type { Storage } from './storage/storage.ts'

/** Who holds the token of the kubeconfig. */
export const administrator = 'orlop-admin'

/** What a token has to be meant for to open this server: the issuer's name, as where none is configured. */
export const apiAudience = 'https://kubernetes.default.svc'

/** An object that a token is bound to: it ends with that. */
export interface Bound {
  /** As storage calls it: `/pods`. */
  readonly resource: string
  readonly name: string
  readonly uid: string
}

/** A service account's token, apart from the secret itself. */
export interface TokenGrant {
  readonly namespace: string
  readonly account: string
  readonly accountUid: string
  readonly audiences: readonly string[]
  readonly bound?: Bound
}

/** Who somebody is, as reviews tell it. */
export interface User extends JsonObject {
  readonly username: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** Knows tokens: the one of the kubeconfig, and those that were requested for service accounts. Everybody may do everything. */
export class Authenticator {
  readonly #token: Buffer
  readonly #storage: Pick<Storage, 'tokens' | 'get'>
  readonly #clock: Clock

  constructor(token: string, storage: Pick<Storage, 'tokens' | 'get'>, clock: Clock) {
    this.#token = digest(token)
    this.#storage = storage
    this.#clock = clock
  }

  /** The user a token belongs to, and which of the audiences asked for it is meant for; undefined where it is for none of them. */
  user(
    token: string,
    audiences: readonly string[] = [apiAudience],
  ): { user: User; audiences: string[] } | undefined {
    const given = digest(token)
    const grant = timingSafeEqual(given, this.#token)
      ? { user: { username: administrator, groups: ['system:masters'] }, audiences: [apiAudience] }
      : this.#granted(this.#storage.tokens.tokenUser(given.toString('hex'), this.#clock.now()))
    const shared = audiences.filter((one) => grant?.audiences.includes(one))
    if (grant === undefined || shared.length === 0) return undefined
    const user = { ...grant.user, groups: [...grant.user.groups, 'system:authenticated'] }
    return { user, audiences: shared }
  }

  /** Makes a token valid until a time (ms since the epoch). Only its digest is stored. */
  admit(token: string, grant: TokenGrant, expires: number): void {
    const text = JSON.stringify(grant)
    this.#storage.tokens.putToken(digest(token).toString('hex'), text, expires, this.#clock.now())
  }

  /** Undefined for a token whose account, or the object it is bound to, is gone. */
  #granted(text: string | undefined): { user: User; audiences: readonly string[] } | undefined {
    if (text === undefined || !text.startsWith('{')) return undefined
    const grant: unknown = JSON.parse(text)
    const at = (...path: string[]): string => stringAt(grant, ...path) ?? ''
    const [namespace, account, uid] = [at('namespace'), at('account'), at('accountUid')]
    const found = this.#storage.get('/serviceaccounts', namespace, account)
    if (found?.object.metadata.uid !== uid) return undefined
    const bound = objectAt(grant, 'bound')
    const resource = at('bound', 'resource')
    if (bound !== undefined) {
      const holder = resource === '/nodes' ? '' : namespace
      const there = this.#storage.get(resource, holder, at('bound', 'name'))
      if (there?.object.metadata.uid !== bound.uid) return undefined
    }
    const kind = { '/pods': 'pod', '/nodes': 'node' }[resource]
    const extra = {
      [`authentication.kubernetes.io/${kind}-name`]: [at('bound', 'name')],
      [`authentication.kubernetes.io/${kind}-uid`]: [at('bound', 'uid')],
    }
    const user = {
      username: `system:serviceaccount:${namespace}:${account}`,
      uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      ...(kind === undefined ? {} : { extra }),
    }
    return { user, audiences: stringsAt(grant, 'audiences') }
  }
}

/** Digests are of one length, so that comparing them tells nothing about the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
