/** A writer that never stops: it creates, updates and deletes, and remembers what the server acknowledged. */
import { type Client, type ConfigMap, isConflict, isNotFound, KubeError, resources } from '@orlop/kube'

const where = { namespace: 'default' }

/** What is known of one object: its content, or that there is none; two possibilities after a write without an answer. */
interface Known {
  readonly may: readonly (string | undefined)[]
}

export interface Tally {
  created: number
  updated: number
  deleted: number
  /** Writes that were sent and never answered. */
  unanswered: number
  /** The highest resourceVersion that any answer carried. */
  revision: number
}

/** Each writer has object names of its own; `random` in [0, 1). */
export class Writer {
  readonly tally: Tally = { created: 0, updated: 0, deleted: 0, unanswered: 0, revision: 0 }
  /** What broke a promise, in words; empty while all is well. */
  readonly faults: string[] = []
  readonly #known = new Map<string, Known>()
  readonly #client: Client
  readonly #name: string
  readonly #random: () => number
  #count = 0

  constructor(client: Client, name: string, random: () => number) {
    this.#client = client
    this.#name = name
    this.#random = random
  }

  /** Writes until the signal. While nobody answers it tries again, without harm to what it knows. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const name = `${this.#name}-${Math.floor(this.#random() * 20)}`
      try {
        await this.#write(name)
      } catch (error) {
        if (!(error instanceof KubeError)) throw error
        this.tally.unanswered++
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  }

  async #write(name: string): Promise<void> {
    const known = this.#known.get(name) ?? { may: [undefined] }
    if (known.may.length > 1) return await this.#ask(name, known)
    const [now] = known.may
    const next = this.#random() < 0.3 && now !== undefined ? undefined : `${++this.#count}`
    // From here until the answer either may be true.
    this.#known.set(name, { may: [now, next] })
    const before = this.tally.revision
    try {
      if (next === undefined) await this.#client.delete(resources.configMaps, { ...where, name })
      else if (now === undefined)
        this.#saw(before, await this.#client.create(resources.configMaps, map(name, next)))
      else this.#saw(before, await this.#client.update(resources.configMaps, map(name, next)))
    } catch (error) {
      // The server did answer, and not as it should: what was acknowledged before is not there, or there is more.
      if (
        isNotFound(error) ||
        isConflict(error) ||
        (error instanceof KubeError && error.code === 'AlreadyExists')
      )
        this.faults.push(`${name} was ${now ?? 'absent'}, its change to ${next ?? 'absent'}: ${error}`)
      throw error
    }
    this.#known.set(name, { may: [next] })
    if (next === undefined) this.tally.deleted++
    else if (now === undefined) this.tally.created++
    else this.tally.updated++
  }

  /** After a write without an answer: which of the two is true. */
  async #ask(name: string, known: Known): Promise<void> {
    const there = await this.#read(name)
    if (!known.may.includes(there))
      this.faults.push(
        `${name} is ${there ?? 'absent'}, and may only be ${known.may.map((v) => v ?? 'absent').join(' or ')}`,
      )
    this.#known.set(name, { may: [there] })
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      const found = await this.#client.get(resources.configMaps, { ...where, name })
      return found.data?.['value']
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  #saw(before: number, written: ConfigMap): void {
    const revision = Number(written.metadata.resourceVersion)
    if (revision <= before) this.faults.push(`resourceVersion ${revision} was given after ${before}`)
    this.tally.revision = Math.max(this.tally.revision, revision)
  }

  /** Compares everything it knows with what is there. Called while nothing is written. */
  async check(): Promise<void> {
    for (const [name, known] of this.#known) await this.#ask(name, known)
  }
}

function map(name: string, value: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...where, name }, data: { value } }
}
