/** What `orlop doctor` does. Loaded by it alone: it brings YAML and our definitions. */
import { systemClock } from '@orlop/kube'
import type { DoctorOptions } from '../commands/doctor.ts'
import type { Context } from '../context.ts'
import { asTyped } from '../failure.ts'
import { version } from '../install/definitions.ts'
import { loadManifest } from '../install/manifest.ts'
import { withCluster } from '../local/cluster.ts'
import { createProgress } from '../terminal/progress.ts'
import { checks } from './checks.ts'
import { probeCluster } from './probe/probe.ts'
import { renderFindings, renderSummary } from './render.ts'
import { addressOf, assertAnswers, countsOf, runChecks } from './run.ts'
import { surroundingsOf } from './surroundings.ts'

export async function examine(context: Context, options: DoctorOptions): Promise<void> {
  const { stdout, stderr, signal } = context
  await withCluster(context, options, async ({ client, connection, namespace }) => {
    const cluster = { client, connection, clock: systemClock, signal }
    await assertAnswers(cluster)
    const wishes = { namespace: options.namespace, namespaces: options.namespaces }
    const manifest = await loadManifest(context.programs, wishes).catch(() => undefined)
    // Progress is no part of the result.
    const progress = createProgress(stderr)
    const probe = options.probe
      ? await progress.step('look from a pod on each node', (note) =>
          probeCluster({
            ...cluster,
            namespace: options.namespace,
            image: options.probeImage,
            manifest,
            note,
          }),
        )
      : undefined
    const look = surroundingsOf({
      ...cluster,
      operatorNamespace: options.namespace,
      namespaces: options.namespaces.length > 0 ? options.namespaces : [namespace],
      manifest,
      probe,
    })
    const told = await runChecks(checks, look)
    const counts = countsOf(told)
    if (options.output === 'json') {
      const { server } = connection
      stdout.write(`${JSON.stringify({ orlop: version, server, checks: told, summary: counts }, null, 2)}\n`)
    } else {
      const color = stdout.isTTY === true
      const page = { color, width: stdout.columns || 100, verbose: options.verbose === true }
      const text = `${addressOf(connection)}\n\n${renderFindings(told, page)}\n\n${renderSummary(told, color)}\n`
      stdout.write(asTyped(text, context.env))
    }
    if (counts.fail > 0) context.exitCode = 1
  })
}
