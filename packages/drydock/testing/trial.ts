import type { KeeperOptions } from './keeper.ts'
import { Run, type Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'

export interface Trial {
  /** What went wrong, with the name of the run and where lives ended. */
  readonly problems: readonly string[]
  readonly deaths: readonly string[]
  /** How many answers of servers outside were disturbed. */
  readonly disturbed: number
}

/** One run from begin to end: whatever breaks in `play` is a problem of the run, and what it started is gone after it. */
export async function trial<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  name: string,
  play: (run: Run<World>) => Promise<void>,
  dies?: KeeperOptions['dies'],
): Promise<Trial> {
  const run = await Run.begin(theatre, scenario, `${scenario.name}-${name}`, dies)
  const { problems, keeper, tap } = run
  try {
    await play(run)
  } catch (error) {
    problems.push(String(error))
  }
  await run.close().catch((error: unknown) => problems.push(`it ended with ${error}`))
  const deaths = keeper.deaths.length > 0 ? ` (ended ${keeper.deaths.join(', ')})` : ''
  const told = problems.map((problem) => `${name}${deaths}: ${problem}`)
  for (const line of told) theatre.log?.(`${scenario.name} ${line}`)
  return { problems: told, deaths: keeper.deaths, disturbed: tap.disturbed }
}
