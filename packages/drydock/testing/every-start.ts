/** S1 between two writes: the subject ends whenever a container has started and does not serve yet. */
import { resources } from '@orlop/kube'
import { type Report, reporting } from './report.ts'
import type { Reference, Run, Theatre } from './run.ts'
import type { Scenario } from './scenario.ts'
import { trial } from './trial.ts'

export async function everyStart<World>(
  theatre: Theatre,
  scenario: Scenario<World>,
  reference: Reference,
): Promise<Report> {
  const report = reporting('S1 at starts', scenario, reference)
  const { problems, deaths } = await trial(theatre, scenario, 'starts', async (run) => {
    const over = new AbortController()
    const killing = killAtStarts(run, over.signal).catch((error: unknown) => {
      if (!over.signal.aborted) throw error
    })
    try {
      await run.play(scenario.steps, reference)
    } finally {
      over.abort()
      await killing
    }
  })
  return report({ tried: deaths.length, points: deaths.length, problems })
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
