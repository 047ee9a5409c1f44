import { styleText } from 'node:util'
import type { RedisObject } from '@orlop/api'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { asTyped } from '../failure.ts'
import { findCache, listCaches } from '../local/cache.ts'
import { type ClusterOptions, withCluster } from '../local/cluster.ts'
import { age } from '../terminal/age.ts'
import { table } from '../terminal/table.ts'
import { clusterCommand } from './cluster-command.ts'

interface Options extends ClusterOptions {
  readonly namespace?: string
  readonly output?: string
  readonly names?: boolean
}

export function statusCommand(context: Context): Command {
  return clusterCommand('status', 'show every cache, or one: phase, primary, instances, lag, memory')
    .argument('[name]', 'one cache, or NAMESPACE/NAME')
    .option('-n, --namespace <name>', 'only this namespace')
    .addOption(new Option('-o, --output <form>', 'for programs').choices(['json']))
    .option('--names', 'only the names')
    .addHelpText(
      'after',
      `
Examples:
  orlop status
  orlop status sessions
  orlop status -o json | jq ".[].status.phase"`,
    )
    .action((name: string | undefined, options: Options) =>
      withCluster(context, options, async (cluster) => {
        const { signal, stdout } = context
        const caches =
          name === undefined
            ? await listCaches(cluster, options.namespace, signal)
            : [await findCache(cluster, name, signal)]
        if (options.names === true) stdout.write(caches.map((c) => `${c.metadata.name}\n`).join(''))
        else if (options.output === 'json') stdout.write(`${JSON.stringify(caches, null, 2)}\n`)
        else
          stdout.write(asTyped(`${renderStatus(caches, Date.now(), stdout.isTTY === true)}\n`, context.env))
      }),
    )
}

/** The table a person reads at a glance: a block for each cache, its instances below it. */
export function renderStatus(caches: readonly RedisObject[], now: number, color: boolean): string {
  if (caches.length === 0) return 'No caches. `orlop up -f FILE` makes one.'
  return caches.map((cache) => renderCache(cache, now, color)).join('\n\n')
}

function renderCache(cache: RedisObject, now: number, color: boolean): string {
  const { metadata, spec, status } = cache
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text
  const ready = status?.conditions?.find((c) => c.type === 'Ready')?.status === 'True'
  const healthy = ready && status?.phase === 'Healthy'
  const mark = healthy ? style('green', '●') : ready ? style('yellow', '●') : style('red', '●')
  const head = [
    `${mark} ${style('bold', metadata.name)}`,
    style('dim', metadata.namespace ?? 'default'),
    `${spec?.engine ?? 'redis'} ${spec?.version ?? ''}`.trim(),
    `${status?.instancesReady ?? '0'} ready`,
    `memory ${status?.memory ?? '-'}`,
    age(metadata.creationTimestamp, now),
  ].join('   ')
  const phase = `  ${healthy ? style('green', 'Healthy') : style(ready ? 'yellow' : 'red', status?.phase ?? 'Waiting for the operator')}`
  const rows = (status?.instances ?? []).map((i) => [
    i.pod,
    i.role === 'primary' ? style('bold', 'primary') : (i.role ?? ''),
    paint(i.state ?? '', style),
    i.zone ?? '-',
    i.version ?? '-',
    i.lag === undefined ? '-' : `${i.lag} s`,
  ])
  if (rows.length === 0) return `${head}\n${phase}`
  const titles = ['INSTANCE', 'ROLE', 'STATE', 'ZONE', 'VERSION', 'LAG'].map((title) => style('dim', title))
  return `${head}\n${phase}\n${table([titles, ...rows], '  ')}`
}

function paint(
  state: string,
  style: (format: Parameters<typeof styleText>[0], text: string) => string,
): string {
  return state === 'serving' || state === 'in sync' ? style('green', state) : style('yellow', state)
}
