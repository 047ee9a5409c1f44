/** S1, intermediate state: the subject ends at each of its writes and starts again; nobody sees a difference. */
import type { Moment } from './gate.ts'
import { pointsWanted, sample } from './points.ts'
import type { Report } from './report.ts'
import { type Reference, Run, type Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'

export interface CrashOptions {
  /** How many points are tried unless `FAULT_POINTS` says otherwise. */
  readonly points?: number
  readonly moments?: readonly Moment[]
  readonly sideBySide?: number
}

/** A life lasts at least so many writes, so that several crashes fit into one run and each follows some progress. */
const lifetime = 3

export async function everyCrash<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
  o: CrashOptions = {},
): Promise<Report> {
  const { moments = ['before', 'after', 'late'], sideBySide = 3 } = o
  const started = performance.now()
  const all = reference.writes.flatMap((write) =>
    moments
      .filter((moment) => moment !== 'late' || isOfKubernetes(write))
      .map((moment) => `${moment} ${write}`),
  )
  const chosen = sample(all, pointsWanted(process.env, o.points ?? Number.POSITIVE_INFINITY))
  const pending = new Set(chosen)
  const problems: string[] = []
  // Enough for every point to have ended a life, were every run like the undisturbed one; and some for those that are not.
  const mostRuns = Math.ceil((chosen.length * lifetime * 2) / Math.max(1, reference.writes.length)) + 6
  let runs = 0
  const next = async (): Promise<void> => {
    while (pending.size > 0 && runs < mostRuns) {
      const name = `${scenario.name}-crash-${++runs}`
      let age = lifetime
      const run = await Run.begin(theatre, scenario, name, (moment, write) => {
        if (moment === 'after') age += 1
        if (age < lifetime || !pending.delete(`${moment} ${write}`)) return false
        age = 0
        return true
      })
      try {
        await run.play(scenario.steps, reference)
      } catch (error) {
        run.problems.push(String(error))
      } finally {
        await run.close()
      }
      if (run.problems.length > 0)
        problems.push(`${name} (${run.keeper.deaths.join(', ')}): ${run.problems.join('\n')}`)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, next))
  return {
    scenario: scenario.name,
    pattern: 'S1',
    writes: reference.writes.length,
    tried: chosen.length - pending.size,
    points: all.length,
    unmet: [...pending],
    problems,
    milliseconds: performance.now() - started,
  }
}

function isOfKubernetes(write: string): boolean {
  return /^\d+\. (create|update|patch|apply|delete|deleteCollection) /.test(write)
}
