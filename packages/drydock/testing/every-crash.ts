/** S1, intermediate state: the subject ends at each of its writes and starts again; nobody sees a difference. */
import type { Moment } from './gate.ts'
import { pointsWanted, sample } from './points.ts'
import { type Report, reporting } from './report.ts'
import type { Reference, Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'
import { trial } from './trial.ts'

export interface CrashOptions {
  /** How many points are tried unless `FAULT_POINTS` says otherwise. */
  readonly points?: number
  readonly moments?: readonly Moment[]
  readonly sideBySide?: number
}

/** A life lasts at least so many writes, so that several crashes fit into one run and each follows some progress. */
const lifetime = 3
/** Which writes come how often differs a little from run to run: after so many runs that came by none of the rest, that is given up. */
const mostInVain = 1

export async function everyCrash<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
  o: CrashOptions = {},
): Promise<Report> {
  const { moments = ['before', 'after', 'late'], sideBySide = 3 } = o
  const report = reporting('S1', scenario, reference)
  const all = reference.writes.flatMap((write) =>
    moments
      .filter((moment) => moment !== 'late' || isOfKubernetes(write))
      .map((moment) => `${moment} ${write}`),
  )
  const chosen = sample(all, pointsWanted(process.env, o.points ?? Number.POSITIVE_INFINITY))
  const pending = new Set(chosen)
  const problems: string[] = []
  let runs = 0
  let inVain = 0
  const next = async (): Promise<void> => {
    while (pending.size > 0 && inVain < mostInVain) {
      let age = lifetime
      const { deaths, ...tried } = await trial(
        theatre,
        scenario,
        `crash-${++runs}`,
        (run) => run.play(scenario.steps, reference),
        (moment, write) => {
          if (moment === 'after') age += 1
          if (age < lifetime || !pending.delete(`${moment} ${write}`)) return false
          age = 0
          return true
        },
      )
      inVain = deaths.length > 0 ? 0 : inVain + 1
      problems.push(...tried.problems)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, next))
  return report({ tried: chosen.length - pending.size, points: all.length, unmet: [...pending], problems })
}

function isOfKubernetes(write: string): boolean {
  return /^\d+\. (create|update|patch|apply|delete|deleteCollection) /.test(write)
}
