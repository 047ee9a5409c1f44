/**
 * S4: servers outside answer late, as before, or not at all while a step is made. No command may go where it does harm by the truth of
 * the moment (`Scenario.wrong`), and the end is the same.
 */
import { pointsWanted, sample, sharedOut, sideBySide } from './points.ts'
import { type Report, reporting } from './report.ts'
import type { Reference, Run, Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'
import type { Exchange, Exchanges } from './tap.ts'
import { trial } from './trial.ts'

export type Staleness =
  /** As before the step. */
  | 'old'
  /** As before the step, from every server but one. */
  | 'partly old'
  /** No answer within the sender's deadline. */
  | 'silent'
  /** One server does not answer. */
  | 'partly silent'
  /** Each answer is from before what happens while it is on its way. */
  | 'late'

export interface StaleAnswersOptions {
  readonly points?: number
  readonly sideBySide?: number
  /** The exchanges that look, whose answers may be old; commands that act are answered by the truth. */
  readonly looking: Exchanges
  /** What a sender sees that gets no answer. */
  readonly silence: (exchange: Exchange) => Error
}

interface Point {
  readonly step: number
  readonly staleness: Staleness
}

const kinds: readonly Staleness[] = ['old', 'partly old', 'silent', 'partly silent', 'late']
const looksMeanwhile = 6

export async function staleAnswers<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
  o: StaleAnswersOptions,
): Promise<Report> {
  const report = reporting('S4', scenario, reference)
  const all = kinds.flatMap((staleness) => scenario.steps.map((_, step): Point => ({ step, staleness })))
  const chosen = sample(all, pointsWanted(process.env, o.points ?? Number.POSITIVE_INFINITY))
  const problems: string[] = []
  let disturbed = 0
  const runs = sharedOut(chosen, (a, b) => a.step !== b.step)
  await sideBySide(runs, o.sideBySide ?? 3, async (points, n) => {
    const tried = await trial(theatre, scenario, `answers-${n + 1}`, (run) =>
      playWithAnswers(run, scenario, reference, points, o),
    )
    disturbed += tried.disturbed
    const told = points.map(({ step, staleness }) => `${staleness} during "${scenario.steps[step]?.name}"`)
    problems.push(...tried.problems.map((problem) => `${told.join('; ')}: ${problem}`))
  })
  if (disturbed === 0 && chosen.length > 0) problems.push('not one answer was ever disturbed')
  return report({ tried: chosen.length, points: all.length, problems })
}

async function playWithAnswers<World>(
  run: Run<World>,
  { steps }: Scenario<World>,
  reference: Reference,
  points: readonly Point[],
  o: StaleAnswersOptions,
): Promise<void> {
  for (const [i, step] of steps.entries()) {
    const point = points.find((p) => p.step === i)
    const before = run.problems.length
    const undo = point && disturb(run, point.staleness, o)
    try {
      await step.do(run.world)
      const looks = await run.keeper.looks()
      if (point) await run.until(async () => (await run.keeper.looks()) >= looks + looksMeanwhile, 3_000)
    } finally {
      undo?.()
    }
    await run.settle(step, reference.after[i])
    for (let p = before; point && p < run.problems.length; p++)
      run.problems[p] = `answers ${point.staleness} during "${step.name}": ${run.problems[p]}`
  }
}

/** Two of three servers, chosen by address: always the same ones within a run. */
const odd = ({ to }: Exchange): boolean => [...to].reduce((sum, c) => sum + c.charCodeAt(0), 0) % 3 !== 0

function disturb<World>(
  { tap }: Run<World>,
  staleness: Staleness,
  { looking, silence }: StaleAnswersOptions,
): () => void {
  const half: Exchanges = (exchange) => looking(exchange) && odd(exchange)
  switch (staleness) {
    case 'old':
      return tap.replay(looking, tap.answers())
    case 'partly old':
      return tap.replay(half, tap.answers())
    case 'silent':
      return tap.fail(looking, silence)
    case 'partly silent':
      return tap.fail(half, silence)
    case 'late': {
      const { promise, resolve } = Promise.withResolvers<void>()
      const undo = tap.hold(looking, promise)
      return () => {
        undo()
        resolve()
      }
    }
  }
}
