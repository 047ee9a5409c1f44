import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { accessTo, findCache, uriOf } from '../local/cache.ts'
import { type ClusterOptions, withCluster } from '../local/cluster.ts'
import { clusterCommand } from './cluster-command.ts'

export function uriCommand(context: Context): Command {
  return clusterCommand('uri', 'print the URI of a cache: redis-cli -u "$(orlop uri NAME)"')
    .argument('<name>', 'the cache, or NAMESPACE/NAME')
    .addHelpText(
      'after',
      `
Examples:
  redis-cli -u "$(orlop uri sessions)" ping
  orlop uri shop/sessions                  a cache in the namespace shop`,
    )
    .action((name: string, options: ClusterOptions) =>
      withCluster(context, options, async (cluster) => {
        const cache = await findCache(cluster, name, context.signal)
        context.stdout.write(`${uriOf(await accessTo(cluster, cache, context.signal))}\n`)
      }),
    )
}
