/** The operator as a process. */
import { hostname } from 'node:os'
import { createClient, loadConnection, systemClock } from '@orlop/kube'
import { pino } from 'pino'
import { startHealthServer } from './health-server.ts'
import { createMetrics } from './metrics.ts'
import { createOperator } from './operator.ts'
import { type OperatorOptions, OptionError, parseOptions, usage } from './options.ts'

async function run(options: OperatorOptions): Promise<void> {
  const log = pino({ level: options.logLevel, base: { name: 'orlop-operator' } })
  const connection = await loadConnection({
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    env: process.env,
  })
  const client = createClient(connection, { log, userAgent: 'orlop-operator' })
  const metrics = createMetrics()
  const { identity, leaseNamespace, namespace } = options
  const operator = createOperator({
    client,
    clock: systemClock,
    log,
    metrics,
    identity,
    leaseNamespace,
    namespace,
  })
  const health = await startHealthServer({
    host: options.healthHost,
    port: options.healthPort,
    registry: metrics.registry,
    synced: operator.synced,
  })
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  try {
    await operator.run(stop.signal)
  } finally {
    health.close()
    health.closeAllConnections()
    await client.close()
  }
}

export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args, process.env, `${hostname()}-${process.pid}`)
    if (options === 'help') {
      process.stdout.write(usage)
      return 0
    }
    await run(options)
    return 0
  } catch (error) {
    if (error instanceof OptionError) {
      process.stderr.write(`orlop-operator: ${error.message}\n\n${usage}`)
      return 2
    }
    process.stderr.write(
      `orlop-operator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    return 1
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
