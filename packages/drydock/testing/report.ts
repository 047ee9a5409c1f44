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
