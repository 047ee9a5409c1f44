/**
 * S2, stale state: started again, the subject is shown lists and watches of an older revision, acts on them, and then catches up.
 * No live pod, volume or Secret may go.
 */

import { resources } from '@orlop/kube'
import { pointsWanted, sample, sharedOut, sideBySide } from './points.ts'
import { type Report, reporting } from './report.ts'
import type { Reference, Run, Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'
import { trial } from './trial.ts'

export interface StaleOptions {
  readonly points?: number
  readonly sideBySide?: number
}

/** How often it acts on the past. */
const looksAtThePast = 4

/** After step `to` it is shown how things were after step `from`; -1 is before everything. */
interface Point {
  readonly from: number
  readonly to: number
}

export async function staleView<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
  o: StaleOptions = {},
): Promise<Report> {
  const report = reporting('S2', scenario, reference)
  const all = scenario.steps.flatMap((_, to): Point[] =>
    Array.from({ length: to + 1 }, (_, i) => ({ from: i - 1, to })),
  )
  const chosen = sample(all, pointsWanted(process.env, o.points ?? Number.POSITIVE_INFINITY))
  const problems: string[] = []
  const runs = sharedOut(chosen, (a, b) => a.to !== b.to)
  await sideBySide(runs, o.sideBySide ?? 3, async (points, n) => {
    const tried = await trial(theatre, scenario, `past-${n + 1}`, (run) =>
      playWithPasts(theatre, run, scenario, reference, points),
    )
    problems.push(...tried.problems)
  })
  return report({ tried: chosen.length, points: all.length, problems })
}

async function playWithPasts<World>(
  theatre: Theatre,
  run: Run<World>,
  { steps }: Scenario<World>,
  reference: Reference,
  points: readonly Point[],
): Promise<void> {
  const revisions = new Map([[-1, await revisionOf(run)]])
  for (const [i, step] of steps.entries()) {
    await step.do(run.world)
    await run.settle(step, reference.after[i])
    const point = points.find(({ to }) => to === i)
    if (point) {
      await showPast(
        theatre,
        run,
        revisions.get(point.from) ?? 0,
        `after "${step.name}", shown ${point.from < 0 ? 'the beginning' : `"${steps[point.from]?.name}"`}`,
      )
      await run.settle(step, reference.after[i])
      run.ledger.aside = false
    }
    revisions.set(i, await revisionOf(run))
  }
}

async function revisionOf<World>({ stage }: Run<World>): Promise<number> {
  return Number((await stage.client.list(resources.namespaces, {})).metadata.resourceVersion)
}

async function showPast<World>(
  { faults }: Theatre,
  run: Run<World>,
  revision: number,
  what: string,
): Promise<void> {
  await run.keeper.stop()
  const { userAgent } = run
  const [before, problems] = [run.ledger.counts(), run.problems.length]
  const undo = faults.showPast({ userAgent, verbs: ['list'] }, revision)
  const held = faults.hold({ userAgent })
  run.ledger.aside = true
  run.keeper.start()
  // It may find nothing to look at in the past; then what it does not do is all there is to see.
  await run.until(async () => (await run.keeper.looks()) >= looksAtThePast, 3_000)
  undo()
  held.release()
  for (const [kind, { deleted }] of Object.entries(run.ledger.counts())) {
    const were = before[kind]?.deleted ?? 0
    if (deleted > were) run.problems.push(`${what}: it deleted ${deleted - were} live ${kind}`)
  }
  for (let i = problems; i < run.problems.length; i++) run.problems[i] = `${what}: ${run.problems[i]}`
}
