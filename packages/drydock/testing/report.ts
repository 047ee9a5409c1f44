import { type Clock, systemClock } from '@orlop/kube'
import type { Reference } from './run.ts'

/** What a pattern of faults found in a scenario. */
export interface Report {
  readonly scenario: string
  readonly pattern: string
  /** Writes of the undisturbed run. */
  readonly writes: number
  /** Places where something was broken, of how many there are. */
  readonly tried: number
  readonly points: number
  /** Points that no run came by, though it should have. */
  readonly unmet: readonly string[]
  readonly problems: readonly string[]
  readonly milliseconds: number
}

export function reportText(r: Report): string {
  const head = `${r.pattern} ${r.scenario}: ${r.writes} writes undisturbed, ${r.tried} of ${r.points} points tried, ${r.problems.length} problems, ${(r.milliseconds / 1000).toFixed(1)} s`
  return [head, ...r.unmet.map((point) => `  not met: ${point}`), ...r.problems.map((p) => `  ${p}`)].join(
    '\n',
  )
}

/** Times a pattern from now on; the function that it gives makes the report. */
export function reporting(
  pattern: string,
  scenario: { readonly name: string },
  reference: Reference,
  clock: Clock = systemClock,
): (found: Pick<Report, 'tried' | 'points' | 'problems'> & Partial<Pick<Report, 'unmet'>>) => Report {
  const started = clock.now()
  return (found) => ({
    scenario: scenario.name,
    pattern,
    writes: reference.writes.length,
    unmet: [],
    ...found,
    milliseconds: clock.now() - started,
  })
}
