/**
 * Reads Secrets one by one and live, so that the operator needs no right to list them, and remembers them for a short
 * while: the same few are asked for in every pass.
 */
import { type Client, type Clock, isNotFound, resources, type Secret } from '@orlop/kube'

/** How long an answer is believed, in ms. */
const believed = 30_000

export class Secrets {
  readonly #client: Client
  readonly #clock: Clock
  readonly #known = new Map<string, { readonly until: number; readonly secret: Secret }>()

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  async get(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    const key = `${namespace}/${name}`
    const known = this.#known.get(key)
    if (known && known.until > this.#clock.now()) return known.secret
    const secret = await this.#ask(namespace, name, signal)
    // Absence is not remembered: it ends the moment somebody makes the Secret.
    if (secret) this.#known.set(key, { until: this.#clock.now() + believed, secret })
    else this.#known.delete(key)
    return secret
  }

  /** Makes the next pass ask again: after a write of ours, or when a server rejected what the Secret says. */
  forget(namespace: string, name: string): void {
    this.#known.delete(`${namespace}/${name}`)
  }

  async #ask(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    try {
      return await this.#client.get(resources.secrets, { namespace, name }, { signal })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}
