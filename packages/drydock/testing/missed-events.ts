/**
 * S3, unobserved state: the subject sees nothing of a step, or of one kind only late, and where things ended instead of how they got
 * there. The end is the same.
 */
import type { Events } from './api-faults.ts'
import type { Order } from './event-order.ts'
import { pointsWanted, sample, sharedOut, sideBySide } from './points.ts'
import { type Report, reporting } from './report.ts'
import type { Reference, Run, Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'
import { trial } from './trial.ts'

export interface MissedOptions {
  readonly points?: number
  readonly sideBySide?: number
  /** Kinds of whose events one at a time is late. */
  readonly kinds: readonly string[]
}

type Point =
  /** The step and the one after it are made while it sees nothing. */
  | { readonly step: number; readonly blind: true }
  /** During the step the events of one kind are late. */
  | { readonly step: number; readonly blind: false; readonly kind: string; readonly order: Order }

/** How often it looks without the events that are late. */
const looksWithout = 5

export async function missedEvents<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
  o: MissedOptions,
): Promise<Report> {
  const report = reporting('S3', scenario, reference)
  const { steps } = scenario
  const orders: readonly Order[] = ['merged', 'shuffled']
  const all = steps.flatMap((step, i): Point[] => [
    ...(i + 1 < steps.length && !step.needsSubject && i > 0 ? [{ step: i, blind: true } as const] : []),
    ...o.kinds.flatMap((kind) => orders.map((order) => ({ step: i, blind: false, kind, order }) as const)),
  ])
  const chosen = sample(all, pointsWanted(process.env, o.points ?? Number.POSITIVE_INFINITY))
  const problems: string[] = []
  // Two blind steps in a row would be three.
  const runs = sharedOut(chosen, (a, b) => Math.abs(a.step - b.step) > 1)
  await sideBySide(runs, o.sideBySide ?? 3, async (points, n) => {
    const tried = await trial(theatre, scenario, `missed-${n + 1}`, (run) =>
      playMissing(theatre, run, scenario, reference, points),
    )
    const told = points.map((point) => nameOf(point, scenario)).join('; ')
    problems.push(...tried.problems.map((problem) => `${told}: ${problem}`))
  })
  return report({ tried: chosen.length, points: all.length, problems })
}

async function playMissing<World>(
  { faults }: Theatre,
  run: Run<World>,
  { steps }: Scenario<World>,
  reference: Reference,
  points: readonly Point[],
): Promise<void> {
  const { userAgent } = run
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]
    if (!step) return
    const point = points.find((p) => p.step === i)
    const events: Events = point && !point.blind ? { userAgent, kinds: [point.kind] } : { userAgent }
    const held = point && faults.hold(events)
    let last = step
    try {
      await step.do(run.world)
      const next = steps[i + 1]
      if (point?.blind && next) {
        await next.do(run.world)
        last = next
        i += 1
      } else if (point) {
        const before = await run.keeper.looks()
        await run.until(async () => (await run.keeper.looks()) >= before + looksWithout, 2_000)
      }
    } finally {
      held?.release(point && !point.blind ? point.order : 'merged')
    }
    await run.settle(last, reference.after[i])
  }
}

function nameOf<World>(point: Point, { steps }: Scenario<World>): string {
  const name = steps[point.step]?.name
  return point.blind ? `blind from "${name}" to the next` : `${point.kind} ${point.order} during "${name}"`
}
