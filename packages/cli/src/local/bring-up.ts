/** What `orlop up` does. Loaded by it alone: reading YAML and our definitions takes a while. */
import { type DrydockStatus, preflight, runningDrydock, stateFolder, stopDrydock } from '@orlop/drydock'
import { type Client, createClient, type KubeObject, loadConnection } from '@orlop/kube'
import type { Context } from '../context.ts'
import { asTyped, CliError } from '../failure.ts'
import { createProgress, type Progress } from '../terminal/progress.ts'
import { checkManifests } from './check-manifests.ts'
import { installCrds } from './crds.ts'
import { connectHints } from './hints.ts'
import { type Applied, applyManifests, readManifests } from './manifests.ts'
import { waitUntilReachable } from './reachable.ts'
import { isAwaited, waitUntilReady } from './ready.ts'
import { startLocal } from './start.ts'

/** How long a cluster that is of no use may take to end, in ms. */
const endsWithin = 20_000

export interface UpOptions {
  readonly file: readonly string[]
  readonly nodes?: number
}

export async function bringUp(context: Context, options: UpOptions, signal: AbortSignal): Promise<void> {
  const progress = createProgress(context.stdout)
  // Read first: a file that is wrong is better said before anything is started.
  const manifests: KubeObject[] = []
  for (const file of options.file) manifests.push(...(await readManifests(file)))

  checkManifests(manifests)

  const folder = stateFolder(context.env)
  const { since } = await start(context, folder, options.nodes, progress, signal)
  try {
    await applyAndWait(context, folder, { options, manifests, since, progress }, signal)
  } catch (error) {
    // The cluster is whole and others may use it: it is not taken down for a cache that is not ready yet.
    if (!context.signal.aborted) throw error
    throw new CliError('Interrupted', 'interrupted', {
      cause: error,
      remedy: 'the local Kubernetes goes on: see orlop status; stop it with orlop down',
    })
  }
}

async function start(
  context: Context,
  folder: string,
  nodes: number | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<DrydockStatus> {
  const running = await runningDrydock(folder)
  if (running) {
    const count = running.nodes === 1 ? 'one node' : `${running.nodes} nodes`
    context.stdout.write(`✓ local Kubernetes is already running (${count})\n`)
    if (nodes !== undefined && running.nodes !== nodes)
      context.stdout.write(
        asTyped(
          `  to have ${nodes === 1 ? 'one node' : `${nodes} nodes`}: orlop down, then orlop up --nodes ${nodes}\n`,
          context.env,
        ),
      )
    await withClient(context, folder, (client) => installCrds(client, signal))
    return running
  }
  const [problem] = await preflight()
  if (problem) throw new CliError('CannotStart', problem.message, { remedy: problem.remedy })
  return progress.step('local Kubernetes', async (note) => {
    const started = await startLocal(context, folder, nodes, note, signal)
    try {
      await withClient(context, folder, (client) => installCrds(client, signal))
      return started
    } catch (error) {
      // A cluster without our kinds is of no use to anybody.
      await stopDrydock(folder, AbortSignal.timeout(endsWithin)).catch(() => undefined)
      throw error
    }
  })
}

interface Work {
  readonly options: UpOptions
  readonly manifests: readonly KubeObject[]
  /** When the cluster was started, in ms since 1970. */
  readonly since: number
  readonly progress: Progress
}

async function applyAndWait(
  context: Context,
  folder: string,
  { options, manifests, since, progress }: Work,
  signal: AbortSignal,
): Promise<void> {
  await withClient(context, folder, async (client) => {
    let applied: Applied[] = []
    if (manifests.length > 0) {
      applied = await progress.step(`apply ${options.file.join(', ')}`, () =>
        applyManifests(client, manifests, 'default', signal),
      )
    }
    for (const one of applied.filter(({ object }) => isAwaited(object))) {
      const { kind, metadata } = one.object
      await progress.step(`${kind} ${metadata.name}`, async (note) => {
        await waitUntilReady(client, [one], note, signal)
        if (kind === 'Redis') await waitUntilReachable(client, folder, one, since, note, signal)
      })
    }
    context.stdout.write(await connectHints(context, folder, client, applied, signal))
  })
}

async function withClient<T>(
  context: Context,
  folder: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await loadConnection({ kubeconfig: `${folder}/kubeconfig`, env: context.env })
  const client = createClient(connection, { userAgent: 'orlop' })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
