import { preflight, runningDrydock, stateFolder } from '@orlop/drydock'
import { createClient, type KubeObject, loadConnection } from '@orlop/kube'
import { Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { installCrds } from '../local/crds.ts'
import { connectHints } from '../local/hints.ts'
import { type Applied, applyManifests, readManifests } from '../local/manifests.ts'
import { waitUntilReady } from '../local/ready.ts'
import { startLocal } from '../local/start.ts'
import { createProgress } from '../terminal/progress.ts'

interface Options {
  readonly file: string[]
  readonly nodes: number
  readonly timeout: number
}

export function upCommand(context: Context): Command {
  return new Command('up')
    .description('start the local Kubernetes and the operator, and apply manifests')
    .option('-f, --file <file>', 'a YAML file to apply and wait for; may be repeated', collect, [])
    .option('--nodes <n>', 'nodes of the local Kubernetes, in zones 1 to 3', wholeNumber(1, 9), 1)
    .option('--timeout <seconds>', 'how long to wait until everything is ready', wholeNumber(1, 3600), 120)
    .action(async (options: Options) => {
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(options.timeout * 1000)])
      try {
        await up(context, options, signal)
      } catch (error) {
        if (context.signal.aborted || !signal.aborted) throw error
        throw new CliError('TimedOut', `not ready within ${options.timeout} s`, {
          cause: error,
          remedy: 'see what it waits for: orlop status, orlop logs; wait longer with --timeout',
        })
      }
    })
}

async function up(context: Context, options: Options, signal: AbortSignal): Promise<void> {
  const progress = createProgress(context.stdout)
  // Read first: a file that is wrong is better said before anything is started.
  const manifests: KubeObject[] = []
  for (const file of options.file) manifests.push(...(await readManifests(file)))

  const folder = stateFolder(context.env)
  if (!(await runningDrydock(folder))) {
    const [problem] = await preflight()
    if (problem) throw new CliError('CannotStart', problem.message, { remedy: problem.remedy })
    await progress.step('local Kubernetes', (note) =>
      startLocal(context, folder, options.nodes, note, signal),
    )
  } else {
    context.stdout.write('✓ local Kubernetes is running\n')
  }
  const connection = await loadConnection({ kubeconfig: `${folder}/kubeconfig`, env: context.env })
  const client = createClient(connection, { userAgent: 'orlop' })
  try {
    const installed = await installCrds(client, signal)
    if (installed > 0) context.stdout.write('✓ kinds of Orlop installed\n')
    let applied: Applied[] = []
    if (manifests.length > 0) {
      applied = await progress.step(`apply ${options.file.join(', ')}`, () =>
        applyManifests(client, manifests, 'default', signal),
      )
    }
    for (const one of applied) {
      const { kind, metadata } = one.object
      await progress.step(`${kind} ${metadata.name}`, (note) => waitUntilReady(client, [one], note, signal))
    }
    context.stdout.write(await connectHints(context, folder, client, applied, signal))
  } finally {
    await client.close()
  }
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}`)
    }
    return value
  }
}
