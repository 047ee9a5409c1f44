/** What `orlop doctor` does. Loaded by it alone: it brings YAML and our definitions. */
import { randomBytes } from 'node:crypto'
import { type KubeObject, systemClock } from '@orlop/kube'
import type { DoctorOptions } from '../commands/doctor.ts'
import type { Context } from '../context.ts'
import { asTyped, CliError } from '../failure.ts'
import { version } from '../install/definitions.ts'
import { loadManifest } from '../install/manifest.ts'
import { withCluster } from '../local/cluster.ts'
import { createProgress } from '../terminal/progress.ts'
import { checks } from './checks.ts'
import { imageIn, placeOf, probeCluster } from './probe/probe.ts'
import type { ProbeReport } from './probe/report.ts'
import { renderFindings, renderSummary } from './render.ts'
import { addressOf, assertAnswers, countsOf, runChecks } from './run.ts'
import { surroundingsOf, type Target } from './surroundings.ts'

export async function examine(context: Context, options: DoctorOptions): Promise<void> {
  const { stdout, signal } = context
  await withCluster(context, options, async ({ client, connection, namespace }) => {
    const cluster = { client, connection, clock: systemClock, signal }
    await assertAnswers(cluster)
    const wishes = { namespace: options.namespace, namespaces: options.namespaces }
    const manifest = await loadManifest(context.programs, wishes).catch(() => undefined)
    const probe = options.probe === true ? await probed(context, options, cluster, manifest) : undefined
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

async function probed(
  { stderr }: Context,
  { namespace, probeImage }: DoctorOptions,
  cluster: Pick<Target, 'client' | 'connection' | 'clock' | 'signal'>,
  manifest: readonly KubeObject[] | undefined,
): Promise<ProbeReport> {
  const image = probeImage ?? imageIn(manifest)
  if (image === undefined) {
    throw new CliError('NotBuilt', 'which image the operator has is not known here', {
      remedy: 'make build; or name another one: --probe-image IMAGE',
    })
  }
  const place = await placeOf(cluster.client, namespace, cluster.signal)
  // Progress is no part of the result.
  return createProgress(stderr).step(`look from pods in namespace ${place}`, (note) =>
    probeCluster({
      ...cluster,
      namespace: place,
      image,
      runtime: probeImage === undefined ? 'node' : 'sh',
      run: randomBytes(3).toString('hex'),
      note,
    }),
  )
}
