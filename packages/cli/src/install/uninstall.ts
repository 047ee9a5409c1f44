/**
 * What `orlop uninstall` does. In this order nothing is left behind: caches while there is an operator, then the operator, and what it
 * may do only after it has ended; definitions last, since a kind takes every resource of it along.
 */
import { labels, redisResource } from '@orlop/api'
import {
  type CustomResourceDefinition,
  type Deployment,
  isNotFound,
  type KubeObject,
  type Lease,
  type Resource,
  resources,
} from '@orlop/kube'
import type { UninstallOptions } from '../commands/uninstall.ts'
import type { Context } from '../context.ts'
import { addressOf, assertAnswers } from '../doctor/run.ts'
import { asTyped, CliError } from '../failure.ts'
import { withCluster } from '../local/cluster.ts'
import { confirm } from '../terminal/confirm.ts'
import { createProgress } from '../terminal/progress.ts'
import { readably, untilGone } from './apply.ts'
import { ourDefinitions } from './definitions.ts'
import { deleteExactly } from './delete.ts'
import { findInstalled, isInstalled, type Tools } from './installed.ts'
import { installedKinds } from './kinds.ts'
import { plain, type Step } from './plan.ts'
import { allCaches, foreignIn, namesOf } from './remaining.ts'
import { renderPlan, titleOf } from './render-plan.ts'

/** How long an operator, or a cache, may take to end; in ms. */
const endsWithin = 120_000

interface Removal {
  readonly caches: readonly KubeObject[]
  /** In the order in which they are deleted. */
  readonly steps: readonly Step[]
  readonly definitions: readonly Step[]
  /** What is called like ours and is not. */
  readonly foreign: readonly Step[]
  /** Why the namespace stays. */
  readonly inNamespace: readonly string[]
}

export async function uninstall(context: Context, options: UninstallOptions): Promise<void> {
  try {
    await uninstallOn(context, options)
  } catch (error) {
    throw readably(error)
  }
}

async function uninstallOn(context: Context, options: UninstallOptions): Promise<void> {
  const { stdout, signal } = context
  await withCluster(context, options, async ({ client, connection }) => {
    const tools = { client, signal }
    await assertAnswers({ client, connection, signal })
    stdout.write(`Orlop on ${addressOf(connection)}, namespace ${options.namespace}\n\n`)
    const removal = await planRemoval(tools, options)
    tell(context, options, removal)
    const all = [...removal.steps, ...removal.definitions]
    if (all.length === 0) {
      if (removal.foreign.length > 0) throw foreignError(removal.foreign)
      stdout.write('there is nothing that orlop install made\n')
      return
    }
    if (options.dryRun === true) return
    await ask(context, options, removal)
    await createProgress(stdout).step('remove', (note) => remove(tools, removal, note))
    stdout.write(asTyped(`\n${farewell(removal)}\n`, context.env))
  })
}

async function planRemoval(tools: Tools, { namespace, deleteCrds }: UninstallOptions): Promise<Removal> {
  const found = await findInstalled(tools, namespace)
  const steps = found.map(({ object, resource }) => plain(object, resource, 'delete'))
  // A Lease is none of them: it goes when its holder has, and before the namespace.
  const place = (resource: Resource): number =>
    resource === resources.leases ? 0.5 : installedKinds.indexOf(resource)
  const rank = ({ resource }: Step): number => -place(resource)
  const ordered = [...(await leases(tools, namespace, steps)), ...steps].sort((a, b) => rank(a) - rank(b))
  const inNamespace = ordered.some(({ object }) => object.kind === 'Namespace')
    ? await foreignIn(tools, namespace)
    : []
  const stays = (step: Step): boolean => step.object.kind === 'Namespace' && inNamespace.length > 0
  return {
    caches: await allCaches(tools),
    steps: ordered.filter((step) => !stays(step)),
    definitions: deleteCrds === true ? await definitionsThere(tools) : [],
    foreign: await lookalikes(tools, namespace),
    inNamespace,
  }
}

/** Made by the operator itself; it goes with the one that `orlop install` made, after it. */
async function leases({ client, signal }: Tools, namespace: string, steps: readonly Step[]): Promise<Step[]> {
  if (!steps.some(({ object }) => object.kind === 'Deployment')) return []
  const where = { namespace, name: 'orlop-operator' }
  const live = await client.get(resources.leases, where, { signal }).catch(orNothing<Lease>)
  return live === undefined ? [] : [plain(live, resources.leases, 'delete')]
}

/** Definitions of ours, whoever applied them: `orlop up`, kubectl, a chart. Asked for by name, by a user who was told. */
async function definitionsThere({ client, signal }: Tools): Promise<Step[]> {
  const steps: Step[] = []
  for (const { metadata } of ourDefinitions()) {
    const live = await client
      .get(resources.customResourceDefinitions, { name: metadata.name }, { signal })
      .catch(orNothing<CustomResourceDefinition>)
    if (live?.metadata.labels?.[labels.partOf] === 'orlop') {
      steps.push(plain(live, resources.customResourceDefinitions, 'delete'))
    }
  }
  return steps
}

/** An operator that another tool installed: it is named, and left. */
async function lookalikes({ client, signal }: Tools, namespace: string): Promise<Step[]> {
  const where = { namespace, name: 'orlop-operator' }
  const live = await client.get(resources.deployments, where, { signal }).catch(orNothing<Deployment>)
  return live === undefined || isInstalled(live) ? [] : [plain(live, resources.deployments, 'leave')]
}

function orNothing<T>(error: unknown): T | undefined {
  if (isNotFound(error)) return undefined
  throw error
}

function foreignError(foreign: readonly Step[]): CliError {
  const [first] = foreign
  const by = first?.object.metadata.labels?.[labels.managedBy]
  const helm = by === 'Helm'
  const release = first?.object.metadata.annotations?.['meta.helm.sh/release-name'] ?? 'orlop'
  const namespace = first?.object.metadata.namespace ?? 'default'
  throw new CliError(
    'Foreign',
    `${foreign.map(titleOf).join(', ')} was not made by orlop install${by === undefined ? '' : ` but by ${by}`}; nothing was changed`,
    {
      remedy: helm
        ? `helm uninstall ${release} --namespace ${namespace}`
        : 'remove it as it was installed: kubectl delete -f, without the definitions if caches are to stay',
    },
  )
}

function tell({ stdout }: Context, { deleteCrds }: UninstallOptions, removal: Removal): void {
  const { caches, steps, definitions, foreign, inNamespace } = removal
  const plan = [...steps, ...definitions, ...foreign]
  if (plan.length > 0) stdout.write(`${renderPlan(plan, stdout.isTTY === true)}\n\n`)
  if (inNamespace.length > 0) {
    const shown = inNamespace.slice(0, 5).join(', ')
    stdout.write(
      `the namespace stays, it holds ${shown}${inNamespace.length > 5 ? ` and ${inNamespace.length - 5} more` : ''}\n`,
    )
  }
  if (steps.length + definitions.length === 0 || caches.length === 0) return
  stdout.write(
    deleteCrds === true
      ? `${few(caches.length)} will be DELETED: ${namesOf(caches)}\n`
      : `${few(caches.length)} ${caches.length === 1 ? 'goes' : 'go'} on without an operator: ${namesOf(caches)}\n`,
  )
}

async function ask(
  context: Context,
  options: UninstallOptions,
  { caches, definitions }: Removal,
): Promise<void> {
  const deleted = definitions.length > 0 ? caches.length : 0
  if (deleted > 0) {
    const unasked = `orlop uninstall --delete-crds --yes --yes-delete ${deleted}`
    if (options.yesDelete !== undefined) {
      if (options.yesDelete === String(deleted)) return
      throw new CliError(
        'NotConfirmed',
        `--yes-delete says ${options.yesDelete}, but there are ${deleted} caches; nothing was changed`,
        { remedy: `look at them, then: ${unasked}` },
      )
    }
    // `--yes` alone is for what can be undone.
    await confirm(
      context,
      `Their data is lost where volumes are not retained. Type "delete ${deleted}" to go on: `,
      {
        expected: [`delete ${deleted}`],
        unasked,
      },
    )
    return
  }
  if (options.yes === true) return
  await confirm(context, 'Go on? [y/N] ', { expected: ['y', 'yes'], unasked: 'orlop uninstall --yes' })
}

async function remove(tools: Tools, removal: Removal, note: (text: string) => void): Promise<void> {
  if (removal.definitions.length > 0) {
    for (const cache of removal.caches) {
      const step = plain(cache, redisResource, 'delete')
      note(titleOf(step))
      await deleteExactly(tools, step, 'Foreground')
    }
    for (const cache of removal.caches) await ended(tools, plain(cache, redisResource, 'delete'))
  }
  for (const step of removal.steps) {
    note(titleOf(step))
    const isOperator = step.object.kind === 'Deployment'
    const done = await deleteExactly(tools, step, isOperator ? 'Foreground' : 'Background')
    if (done === 'changed') {
      throw new CliError('Foreign', `${titleOf(step)} was changed meanwhile by somebody else, and stays`, {
        remedy: 'look at it, then run the command again',
      })
    }
    // It ends while it still may do what it has begun; its pods are gone when the Deployment is.
    if (isOperator) await ended(tools, step)
  }
  for (const step of removal.definitions) {
    note(titleOf(step))
    await deleteExactly(tools, step)
    await ended(tools, step)
  }
}

async function ended(tools: Tools, step: Step): Promise<void> {
  if (await untilGone(tools, step, endsWithin)) return
  throw new CliError(
    'TimedOut',
    `${titleOf(step)} does not end within ${endsWithin / 1000} s; what comes after it stays`,
    {
      remedy: 'see what holds it (metadata.finalizers), then run the command again',
    },
  )
}

function farewell({ caches, definitions }: Removal): string {
  if (definitions.length > 0) {
    return 'Volumes of caches with retain (the default) and Secrets that you made stay: kubectl get pvc,secrets -A'
  }
  const stay = caches.length === 0 ? '' : `, ${few(caches.length)} with pods, volumes and passwords`
  return `The definitions stay${stay}. Take them up again: orlop install`
}

function few(count: number): string {
  return count === 1 ? 'one cache' : `${count} caches`
}
