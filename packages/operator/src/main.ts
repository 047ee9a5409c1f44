/** The operator as a process. */
import { hostname } from 'node:os'
import { createClient, loadConnection, systemClock } from '@orlop/kube'
import { type Logger, pino, stdTimeFunctions } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { startHealthServer } from './health-server.ts'
import { createMetrics } from './metrics.ts'
import { createOperator } from './operator.ts'
import { type OperatorOptions, OptionError, parseOptions, usage } from './options.ts'
import { untilPossible } from './start-up.ts'

/** How long what is left may keep the process after its work has ended, in ms. */
const lingers = 2000

async function run(options: OperatorOptions, log: Logger): Promise<void> {
  const { identity, leaseNamespace, namespaces } = options
  log.info({ version: manifest.version, node: process.version, namespaces, identity }, 'starting')
  const connection = await loadConnection({
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    env: process.env,
  })
  const client = createClient(connection, { log, userAgent: `orlop-operator/${manifest.version}` })
  const metrics = createMetrics()
  const operator = createOperator({
    client,
    clock: systemClock,
    log,
    metrics,
    identity,
    leaseNamespace,
    namespaces,
  })
  let waitingFor: string | undefined = 'it has not looked yet'
  const health = await startHealthServer({
    host: options.healthHost,
    port: options.healthPort,
    registry: metrics.registry,
    stuck: operator.stuck,
    waitingFor: () => waitingFor ?? (operator.synced() ? undefined : 'the caches are not filled yet'),
  })
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  const { signal } = stop
  try {
    await untilPossible(
      { client, clock: systemClock, log },
      options,
      (text) => {
        waitingFor = text
      },
      signal,
    )
    await operator.run(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    health.close()
    health.closeAllConnections()
    await client.close()
  }
  log.info({}, 'stopped')
}

export async function main(args: readonly string[]): Promise<number> {
  const log = pino({ base: { name: 'orlop-operator' }, timestamp: stdTimeFunctions.isoTime })
  try {
    const options = parseOptions(args, process.env, `${hostname()}-${process.pid}`)
    if (options === 'help' || options === 'version') {
      process.stdout.write(options === 'help' ? usage : `orlop-operator ${manifest.version}\n`)
      return 0
    }
    log.level = options.logLevel
    await run(options, log)
    return 0
  } catch (error) {
    if (error instanceof OptionError) {
      process.stderr.write(`orlop-operator: ${error.message}\n\n${usage}`)
      return 2
    }
    log.fatal({ err: error }, 'ended')
    return 1
  }
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2))
  // A connection that does not close must not keep a process that has given its lease back.
  setTimeout(() => process.exit(), lingers).unref()
}
