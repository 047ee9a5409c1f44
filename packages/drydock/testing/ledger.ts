/** Counts what came and went: a live pod that was deleted and made again leaves no other trace. */
import { type Client, type Resource, resources } from '@orlop/kube'

export interface Count {
  readonly added: number
  readonly deleted: number
}

/** Milliseconds. */
const longestRun = 3_600_000

const counted: readonly Resource[] = [resources.pods, resources.persistentVolumeClaims, resources.secrets]

export class Ledger {
  /** While this holds, what comes may go again uncounted: it was made on a view of the past, and harms nobody. */
  aside = false
  readonly #aside = new Set<string>()
  readonly #counts = new Map<string, { added: number; deleted: number }>()
  readonly #ended = new AbortController()
  readonly #watching: Promise<unknown>

  constructor(client: Client, namespace: string) {
    this.#watching = Promise.all(counted.map((kind) => this.#count(client, kind, namespace)))
  }

  counts(): Readonly<Record<string, Count>> {
    return Object.fromEntries([...this.#counts].map(([kind, count]) => [kind, { ...count }]))
  }

  async close(): Promise<void> {
    this.#ended.abort()
    await this.#watching
  }

  async #count(client: Client, kind: Resource, namespace: string): Promise<void> {
    const count = { added: 0, deleted: 0 }
    this.#counts.set(kind.kind, count)
    const { signal } = this.#ended
    // Secrets rest for as long as a run lasts, and a second watch would miss what went between.
    const selected = { namespace, resourceVersion: '0', signal, inactivityTimeout: longestRun }
    try {
      for await (const { type, object } of client.watch(kind, selected)) {
        const { uid = '' } = object.metadata
        if (type === 'ADDED' && this.aside) this.#aside.add(uid)
        if (this.#aside.has(uid)) continue
        if (type === 'ADDED') count.added += 1
        if (type === 'DELETED') count.deleted += 1
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) throw error
    }
  }
}

/** Of which kinds more went than in the other run. */
export function moreDeleted(
  before: Readonly<Record<string, Count>>,
  now: Readonly<Record<string, Count>>,
): string[] {
  return Object.entries(now).flatMap(([kind, { deleted }]) => {
    const usual = before[kind]?.deleted ?? 0
    return deleted > usual ? [`${deleted} deletions of a ${kind} where ${usual} are due`] : []
  })
}
