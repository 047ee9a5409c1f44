/** What `orlop install` does: check, plan, ask, apply, wait. Loaded by it alone. */
import { systemClock } from '@orlop/kube'
import { stringify } from 'yaml'
import type { InstallOptions } from '../commands/install.ts'
import type { Context } from '../context.ts'
import { checksBeforeInstall } from '../doctor/checks.ts'
import { renderFindings, renderSummary } from '../doctor/render.ts'
import { addressOf, assertAnswers, countsOf, runChecks } from '../doctor/run.ts'
import { surroundingsOf } from '../doctor/surroundings.ts'
import { asTyped, CliError } from '../failure.ts'
import { type Cluster, withCluster } from '../local/cluster.ts'
import { confirm } from '../terminal/confirm.ts'
import { createProgress } from '../terminal/progress.ts'
import { carryOut, conflictError, readably } from './apply.ts'
import { version } from './definitions.ts'
import { loadManifest } from './manifest.ts'
import { planInstall, planLeftovers, type Step } from './plan.ts'
import { renderCounts, renderPlan, titleOf } from './render-plan.ts'
import { untilRolledOut } from './rollout.ts'

export async function install(context: Context, options: InstallOptions): Promise<void> {
  try {
    await installOn(context, options)
  } catch (error) {
    throw readably(error)
  }
}

async function installOn(context: Context, options: InstallOptions): Promise<void> {
  const { stdout, signal } = context
  const { namespace, namespaces, image, replicas } = options
  const manifest = await loadManifest(context.programs, { namespace, namespaces, image, replicas })
  if (options.print === true) {
    stdout.write(manifest.map((object) => stringify(object)).join('---\n'))
    return
  }
  await withCluster(context, options, async (cluster) => {
    const { client, connection } = cluster
    const tools = { client, signal }
    stdout.write(`Orlop ${version} on ${addressOf(connection)}, namespace ${namespace}\n\n`)
    await assertAnswers({ client, connection, signal })
    if (options.skipChecks !== true) {
      await check(context, options, cluster, manifest)
    }
    const steps = [
      ...(await planInstall(tools, manifest)),
      ...(await planLeftovers(tools, manifest, namespace)),
    ]
    const color = stdout.isTTY === true
    stdout.write(`${renderPlan(steps, color)}\n\n${renderCounts(steps)}\n`)
    assertPossible(steps, options.forceConflicts === true)
    if (options.dryRun === true) return
    if (steps.some(({ verb }) => verb !== 'leave')) {
      if (options.yes !== true) {
        await confirm(context, 'Go on? [y/N] ', { expected: ['y', 'yes'], unasked: 'orlop install --yes' })
      }
      await createProgress(stdout).step('apply', (note) =>
        carryOut(tools, steps, { force: options.forceConflicts === true, note }),
      )
    }
    await waitFor(context, options, cluster, steps)
  })
}

async function check(
  { stdout, signal, env }: Context,
  options: InstallOptions,
  { client, connection, namespace }: Cluster,
  manifest: Awaited<ReturnType<typeof loadManifest>>,
): Promise<void> {
  const look = surroundingsOf({
    client,
    connection,
    clock: systemClock,
    signal,
    operatorNamespace: options.namespace,
    namespaces: options.namespaces.length > 0 ? options.namespaces : [namespace],
    manifest,
    probe: undefined,
  })
  const told = await runChecks(checksBeforeInstall, look)
  const color = stdout.isTTY === true
  // What is well is counted only: the plan is what one wants to read.
  const worse = told.filter(({ result }) => result !== 'ok')
  const text =
    worse.length === 0
      ? ''
      : `${renderFindings(worse, { color, width: stdout.columns || 100, verbose: false })}\n`
  stdout.write(asTyped(`${text}checks: ${renderSummary(told, color)}\n\n`, env))
  const failed = told.filter(
    ({ result, check: name }) => result === 'fail' && !(name === 'definitions' && options.force === true),
  )
  // An operator that does not run is what an installation is to mend.
  const fatal = failed.filter(({ check: name }) => name !== 'operator')
  if (fatal.length === 0 || countsOf(told).fail === 0) return
  throw new CliError('ChecksFailed', `not installed: ${fatal.map(({ title }) => title).join(', ')}`, {
    remedy: 'do what stands beside the arrow, or install all the same: orlop install --skip-checks',
  })
}

/** @throws CliError for a plan that cannot be carried out as a whole; nothing was changed */
function assertPossible(steps: readonly Step[], force: boolean): void {
  const refused = steps.find(({ refusal }) => refusal !== undefined)
  if (refused !== undefined) {
    throw new CliError('Refused', `the API server would refuse ${titleOf(refused)}: ${refused.refusal}`, {
      remedy: 'nothing was changed; what is missing, and what an administrator runs: orlop doctor',
    })
  }
  const contested = steps.find(({ conflicts }) => conflicts.length > 0)
  if (contested !== undefined && !force) throw conflictError(titleOf(contested), contested.conflicts)
}

async function waitFor(
  { stdout, signal, env }: Context,
  { wait, namespace }: InstallOptions,
  { client }: Cluster,
  steps: readonly Step[],
): Promise<void> {
  const deployments = steps.filter(({ object, verb }) => object.kind === 'Deployment' && verb !== 'delete')
  if (wait > 0) {
    for (const { object } of deployments) {
      const where = { namespace, name: object.metadata.name }
      await createProgress(stdout).step('operator', (note) =>
        untilRolledOut({ client, signal }, where, wait, note),
      )
    }
  }
  stdout.write(
    asTyped(
      `
Make a cache:
  kubectl apply -f - <<'END'
  apiVersion: orlop.dev/v1alpha1
  kind: Redis
  metadata: {name: sessions}
  spec: {memory: 256Mi}
  END
  kubectl wait --for=condition=Ready redis.orlop.dev/sessions
  orlop status
`,
      env,
    ),
  )
}
