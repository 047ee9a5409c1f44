/** One run of a scenario, in a namespace of its own, with a subject that is kept running. */
import { type Client, createClient, resources, systemClock } from '@orlop/kube'
import type { Drydock } from '../src/drydock.ts'
import type { ApiFaults } from './api-faults.ts'
import { Keeper, type KeeperOptions } from './keeper.ts'
import { type Count, Ledger, moreDeleted } from './ledger.ts'
import { podFaults } from './pod-faults.ts'
import type { Scenario, Stage, Step } from './scenario.ts'
import { differences, type Snapshot, snapshotOf } from './snapshot.ts'
import { Tap } from './tap.ts'

/** Where scenarios are played: a drydock that was created with the hooks of these faults. */
export interface Theatre {
  readonly drydock: Drydock
  readonly faults: ApiFaults
  /** Told of every problem as it is found; the reports have them all. */
  readonly log?: (line: string) => void
}

/** Milliseconds until a step must have come to rest: generous, as several runs share the machine with whatever else it does. */
const deadline = 120_000
const lookEvery = 100
const looksAtRest = 10

/** What an undisturbed run was like after each step. */
export interface Reference {
  readonly writes: readonly string[]
  readonly after: readonly { readonly snapshot: Snapshot; readonly counts: Readonly<Record<string, Count>> }[]
}

export class Run<World> {
  readonly stage: Stage
  readonly world: World
  readonly keeper: Keeper
  readonly tap: Tap = new Tap()
  /** The user agent of the subject in this run: how its requests are told from those of others. */
  readonly userAgent: string
  /** What went wrong, in words. */
  readonly problems: string[] = []
  readonly #scenario: Scenario<World>
  readonly ledger: Ledger
  readonly #client: Client

  static async begin<World>(
    { drydock }: Theatre,
    scenario: Scenario<World>,
    namespace: string,
    dies?: KeeperOptions['dies'],
  ): Promise<Run<World>> {
    await drydock.client.create(resources.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    })
    return new Run(drydock, scenario, namespace, dies)
  }

  private constructor(
    drydock: Drydock,
    scenario: Scenario<World>,
    namespace: string,
    dies: KeeperOptions['dies'],
  ) {
    this.#scenario = scenario
    this.userAgent = `subject-${namespace}`
    this.stage = { drydock, client: drydock.client, namespace, pods: podFaults(drydock) }
    this.world = scenario.open(this.stage)
    this.#client = createClient(drydock.connection, { userAgent: this.userAgent })
    this.ledger = new Ledger(drydock.client, namespace)
    this.keeper = new Keeper({
      subject: scenario.subject,
      client: this.#client,
      namespace,
      tap: this.tap,
      dies,
      judge: async (write) => {
        const wrong = await scenario.wrong?.(this.world, write)
        if (wrong !== undefined) this.problems.push(`${write.what}: ${wrong}`)
      },
    })
    this.keeper.start()
  }

  /** Every step; each must end as in the reference. */
  async play(steps: readonly Step<World>[], reference: Reference): Promise<void> {
    for (const [i, step] of steps.entries()) {
      await step.do(this.world)
      await this.settle(step, reference.after[i])
    }
  }

  /** Waits until the step has come to rest, and, where one is given, until everything is as in the reference. */
  async settle(step: Step<World>, like?: Reference['after'][number]): Promise<Snapshot> {
    let last = ''
    const settled = await this.until(async () => {
      last = (await step.settled(this.world).catch(String)) ?? ''
      return last === ''
    })
    if (!settled) throw new Error(`${this.stage.namespace}: "${step.name}" did not come to rest: ${last}`)
    if (step.quiet) await this.#staysQuiet(step)
    return like === undefined ? await this.#stable() : await this.#becomes(step, like)
  }

  async until(condition: () => Promise<boolean>, within: number = deadline): Promise<boolean> {
    const end = systemClock.now() + within
    for (;;) {
      if (await condition()) return true
      if (systemClock.now() > end) return false
      await systemClock.sleep(lookEvery)
    }
  }

  async snapshot(): Promise<Snapshot> {
    return await snapshotOf(this.#scenario, this.stage, this.world)
  }

  /** Makes the subject look, and waits until it has. */
  async look(n: number): Promise<void> {
    const before = await this.keeper.looks()
    await this.#scenario.look(this.world, n)
    const looked = await this.until(async () => (await this.keeper.looks()) > before, 90_000)
    if (!looked) throw new Error(`${this.stage.namespace}: the subject looks no more`)
  }

  async close(): Promise<void> {
    await this.keeper.stop()
    await this.ledger.close()
    await this.#client.close()
    await this.stage.client.delete(resources.namespaces, { name: this.stage.namespace })
  }

  async #staysQuiet(step: Step<World>): Promise<void> {
    // The last event of the way here may still be on its way to it.
    const rested = await this.until(async () => {
      const before = this.keeper.writes.length
      await this.look(-1)
      await this.look(-2)
      return this.keeper.writes.length === before
    }, 90_000)
    const before = this.keeper.writes.length
    for (let n = 1; n <= looksAtRest; n++) await this.look(n)
    const more = this.keeper.writes.slice(before)
    if (!rested || more.length > 0) this.problems.push(`"${step.name}": at rest it writes ${more.join(', ')}`)
  }

  /** Until two looks in a row see the same: controllers may still be writing. */
  async #stable(): Promise<Snapshot> {
    let last = await this.snapshot()
    let same = 0
    await this.until(async () => {
      const now = await this.snapshot()
      same = differences(last, now).length === 0 ? same + 1 : 0
      last = now
      return same >= 8
    }, 90_000)
    return last
  }

  async #becomes(step: Step<World>, like: Reference['after'][number]): Promise<Snapshot> {
    let now = await this.snapshot()
    const same = await this.until(async () => {
      now = await this.snapshot()
      return differences(like.snapshot, now).length === 0
    }, 90_000)
    // What comes after would only differ by this.
    if (!same) throw new Error(`"${step.name}" ends otherwise: ${differences(like.snapshot, now).join('\n')}`)
    this.problems.push(
      ...moreDeleted(like.counts, this.ledger.counts()).map((what) => `"${step.name}": ${what}`),
    )
    return now
  }
}

/** Plays a scenario undisturbed and notes what everything is like after each step. */
export async function record<World>(theatre: Theatre, scenario: Scenario<World>): Promise<Reference> {
  const run = await Run.begin(theatre, scenario, `${scenario.name}-undisturbed`)
  const after: { snapshot: Snapshot; counts: Readonly<Record<string, Count>> }[] = []
  try {
    for (const step of scenario.steps) {
      await step.do(run.world)
      const snapshot = await run.settle(step)
      after.push({ snapshot, counts: run.ledger.counts() })
    }
  } finally {
    await run.close()
  }
  if (run.problems.length > 0)
    throw new Error(`undisturbed, ${scenario.name} has problems:\n${run.problems.join('\n')}`)
  return { writes: [...run.keeper.writes], after }
}
