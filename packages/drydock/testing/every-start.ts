/** S1 between two writes: the subject ends whenever a container has started and does not serve yet. */
import { resources } from '@orlop/kube'
import type { Report } from './report.ts'
import { type Reference, Run, type Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'

export async function everyStart<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
): Promise<Report> {
  const started = performance.now()
  const name = `${scenario.name}-starts`
  const run = await Run.begin(theatre, scenario, name)
  const over = new AbortController()
  const killing = killAtStarts(run, over.signal).catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  try {
    await run.play(scenario.steps, reference)
  } catch (error) {
    run.problems.push(String(error))
  } finally {
    over.abort()
    await killing
    await run.close()
  }
  return {
    scenario: scenario.name,
    pattern: 'S1 at starts',
    writes: reference.writes.length,
    tried: run.keeper.deaths.length,
    points: run.keeper.deaths.length,
    unmet: [],
    problems: run.problems.map((problem) => `${name}: ${problem}`),
    milliseconds: performance.now() - started,
  }
}

async function killAtStarts<World>({ stage, keeper }: Run<World>, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>()
  const { client, namespace } = stage
  for await (const { type, object } of client.watch(resources.pods, { namespace, signal })) {
    const container = object.status?.containerStatuses?.[0]
    const start = `${object.metadata.uid} ${container?.restartCount}`
    const starts = type !== 'DELETED' && container?.state?.running !== undefined && !container.ready
    if (!starts || seen.has(start)) continue
    seen.add(start)
    keeper.kill()
  }
}
