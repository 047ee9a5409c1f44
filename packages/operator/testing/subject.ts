/** The operator as the fault harness wants it: everything it says to Kubernetes and to Redis passes the harness. */
import type { Exchange, RunningSubject, Subject, SubjectTools } from '@orlop/drydock/testing'
import { type LeaseOptions, silentLog, systemClock } from '@orlop/kube'
import { addressOf, type Connection, connectionOf, RedisError, withConnection } from '@orlop/redis'
import { createMetrics, type Metrics } from '../src/metrics.ts'
import { nodesOver } from '../src/observe/node.ts'
import { createOperator, type Operator } from '../src/operator.ts'

export interface OperatorOptions {
  readonly identity?: string
  /** Takes part in the election with these periods; without, it acts at once. */
  readonly lease?: Pick<LeaseOptions, 'leaseDuration' | 'renewDeadline' | 'retryPeriod'> | undefined
}

export interface Started extends RunningSubject {
  readonly operator: Operator
  readonly metrics: Metrics
}

/** The operator, as often as wanted. */
export const operatorSubject: Subject = { start: startOperator, nameOf }

export function startOperator(
  tools: Omit<SubjectTools, 'namespace'> & { readonly namespace?: string },
  signal: AbortSignal,
  o: OperatorOptions = {},
): Started {
  const metrics = createMetrics()
  const operator = createOperator({
    client: tools.client,
    clock: systemClock,
    log: silentLog,
    metrics,
    identity: o.identity ?? 'test',
    leaseNamespace: 'default',
    namespaces: tools.namespace === undefined ? [] : [tools.namespace],
    ...(o.lease ? { lease: o.lease } : { elect: false }),
    connect: connectThrough(tools, 'acting'),
    nodes: nodesOver(connectThrough(tools, 'looking')),
  })
  return { operator, metrics, ended: operator.run(signal), looks: () => looksOf(metrics) }
}

/** How often it has looked at any resource. */
export async function looksOf({ registry }: Metrics): Promise<number> {
  const text = await registry.metrics()
  return [...text.matchAll(/^orlop_reconcile_total\{.*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
}

/** What the operator sees of an instance that does not answer. */
export const noAnswer = ({ to, command }: Exchange): Error =>
  new RedisError('TimedOut', `${to} ${command[0]}: no answer, says a test`)

function connectThrough(
  { exchange, disturbed }: Pick<SubjectTools, 'exchange' | 'disturbed'>,
  channel: string,
): typeof withConnection {
  return (target, options, use) => {
    const through = (send: Connection['command']): Connection =>
      connectionOf((command, o) =>
        exchange({ channel, to: addressOf(target), command }, () => send(command, o)),
      )
    // An answer that is made up needs no server that would take the connection.
    if (channel === 'looking' && disturbed())
      return use(
        through((command, o) => withConnection(target, options, (redis) => redis.command(command, o))),
      )
    return withConnection(target, options, (redis) => use(through(redis.command)))
  }
}

const looking: ReadonlySet<string> = new Set(['INFO', 'ROLE', 'PING'])

function nameOf({ command }: Exchange): string | undefined {
  const [name = '', second = ''] = command
  if (looking.has(name) || (name === 'CONFIG' && second === 'GET')) return undefined
  if (name === 'REPLICAOF') return second === 'NO' ? 'redis REPLICAOF NO ONE' : 'redis REPLICAOF'
  return `redis ${name === 'CONFIG' ? `${name} ${second}` : name}`
}
