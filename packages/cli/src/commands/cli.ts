import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { accessTo, findCache } from '../local/cache.ts'
import { type ClusterOptions, withCluster } from '../local/cluster.ts'
import { runProgram } from '../local/program.ts'
import { clusterCommand } from './cluster-command.ts'

export function cliCommand(context: Context): Command {
  return clusterCommand('cli', 'open a redis-cli on a cache: orlop cli NAME [-- redis-cli arguments]')
    .argument('<name>', 'the cache, or NAMESPACE/NAME')
    .argument('[arguments...]', 'for redis-cli')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  orlop cli sessions                      an interactive prompt
  orlop cli sessions -- info replication   one command`,
    )
    .action((name: string, args: string[], options: ClusterOptions) =>
      withCluster(context, options, async (cluster) => {
        const cache = await findCache(cluster, name, context.signal)
        // Commander keeps the `--` that ended our own options.
        const given = args[0] === '--' ? args.slice(1) : args
        const { host, port, password } = await accessTo(cluster, cache, context.signal)
        // By the environment: an argument could be read by everybody on the machine.
        const env = password === undefined ? {} : { REDISCLI_AUTH: password }
        context.exitCode = await runProgram('redis-cli', ['-h', host, '-p', String(port), ...given], {
          ...context.env,
          ...env,
        })
      }),
    )
}
