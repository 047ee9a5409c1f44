import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { labels } from '@orlop/api'
import { stateFolder } from '@orlop/drydock'
import { resources } from '@orlop/kube'
import { Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { findCache } from '../local/cache.ts'
import { withCluster } from '../local/cluster.ts'

interface Options {
  readonly tail: string
  readonly component: 'operator' | 'drydock'
}

export function logsCommand(context: Context): Command {
  return new Command('logs')
    .description('show what the operator (or drydock) did; with a name, what the servers of that cache said')
    .argument('[name]', 'a cache, or NAMESPACE/NAME')
    .option('--tail <lines>', 'how many of the last lines', '100')
    .addOption(
      new Option('--component <name>', 'whose log').choices(['operator', 'drydock']).default('operator'),
    )
    .action(async (name: string | undefined, options: Options) => {
      const tail = Number(options.tail)
      if (!Number.isInteger(tail) || tail < 1)
        throw new CliError('BadOption', `--tail is "${options.tail}"; give a number of lines`)
      if (name === undefined) await showComponent(context, options.component, tail)
      else await showCache(context, name, tail)
    })
}

async function showComponent(context: Context, component: string, tail: number): Promise<void> {
  const file = join(stateFolder(context.env), 'logs', `${component}.log`)
  if (!existsSync(file)) {
    throw new CliError('NoLog', `there is no log of the ${component} yet`, { remedy: 'start it: orlop up' })
  }
  const last: string[] = []
  for await (const line of createInterface({ input: createReadStream(file), signal: context.signal })) {
    last.push(line)
    if (last.length > tail) last.shift()
  }
  for (const line of last) context.stdout.write(`${readable(line)}\n`)
}

/** pino's JSON as a line for people; anything else as it is. */
export function readable(line: string): string {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line)
  } catch {
    return line
  }
  const { level, time, msg, pid, hostname, name, v, err, ...rest } = entry
  const levels: Readonly<Record<number, string>> = {
    10: 'trace',
    20: 'debug',
    30: 'info',
    40: 'warn',
    50: 'error',
    60: 'fatal',
  }
  const when = typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : ''
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const fault = typeof err === 'object' && err !== null && 'message' in err ? `: ${String(err.message)}` : ''
  return [when, (levels[Number(level)] ?? '').padEnd(5), `${String(msg ?? '')}${fault}`, ...fields]
    .join(' ')
    .trimEnd()
}

async function showCache(context: Context, name: string, tail: number): Promise<void> {
  await withCluster(context, {}, async (cluster) => {
    const { metadata } = await findCache(cluster, name, context.signal)
    const namespace = metadata.namespace ?? 'default'
    const labelSelector = `${labels.redis}=${metadata.name}`
    const pods = await cluster.client.list(resources.pods, {
      namespace,
      labelSelector,
      signal: context.signal,
    })
    for (const pod of pods.items) {
      const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/log`
      const text = await cluster.client.request('GET', path, {
        query: { tailLines: String(tail) },
        signal: context.signal,
      })
      for (const line of String(text).trimEnd().split('\n'))
        context.stdout.write(`${pod.metadata.name}  ${line}\n`)
    }
  })
}
