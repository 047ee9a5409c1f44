/** One pass over one `Redis`: observe, plan, act, publish. */
import { isDeepStrictEqual } from 'node:util'
import {
  parseRedis,
  type RedisObject,
  type RedisStatus,
  type ResolvedRedis,
  redisResource,
  withDefaults,
} from '@orlop/api'
import { type EventRecorder, isConflict, isNotFound, KubeError, type Reconcile } from '@orlop/kube'
import { isRedisError, type withConnection } from '@orlop/redis'
import { execute } from '../act/act.ts'
import { type Acting, fieldManager, type Pass } from '../act/acting.ts'
import type { Action } from '../action.ts'
import type { Decision } from '../decision.ts'
import type { Metrics } from '../metrics.ts'
import type { Nodes } from '../observe/node.ts'
import { redisPort } from './build/names.ts'
import { withConditions } from './conditions.ts'
import { type Observed, observe } from './observe.ts'
import { type Plan, plan } from './plan.ts'
import { buildStatus, type Outcome } from './status.ts'
import type { World } from './world.ts'

export interface RedisReconciler extends Omit<Acting, 'signal'> {
  readonly world: World
  readonly nodes: Nodes
  readonly metrics: Metrics
  readonly events: Pick<EventRecorder, 'record'>
  readonly random: () => number
  /** How actions reach an instance; a test stands in between to count commands or to cut off. */
  readonly connect: typeof withConnection
}

/** How soon to look again, in ms. At rest the watches tell of Kubernetes; this is how Redis itself is kept in view. */
const again = { afterActing: 50, whileUnready: 500, atRest: 15_000 } as const

export function reconcileRedis(tools: RedisReconciler): Reconcile {
  return async ({ namespace, name }, signal) => {
    const object = tools.world.redis.store.get(`${namespace}/${name}`)
    if (!object || object.metadata.deletionTimestamp !== undefined) {
      tools.metrics.resource('Redis', namespace, name, undefined)
      return
    }
    const parsed = parseRedis(object, { unknownFields: 'ignore' })
    if (!parsed.ok) {
      await publishInvalid(
        tools,
        object,
        parsed.problems
          .map((p) => `${p.field}: ${p.message}`)
          .sort()
          .join('; '),
        signal,
      )
      return
    }
    const redis = withDefaults(parsed.redis)
    const observed = await observe(redis, tools, signal)
    const decided = plan(redis, observed.seen)
    const failure = await carryOut(tools, redis, observed, decided, object, signal)
    const status = buildStatus(
      redis,
      { seen: observed.seen, plan: decided, failure },
      object.status,
      new Date(tools.clock.now()),
    )
    await publish(tools, object, status, signal)
    const refused = decided.refusal ?? (decided.decision.kind === 'refuse' ? decided.decision : undefined)
    if (refused) reportRefusal(tools, object, refused)
    tools.metrics.resource('Redis', namespace, name, {
      ready: isTrue(status, 'Ready'),
      instances: redis.spec.instances,
      readyInstances: status.readyInstances ?? 0,
    })
    return { requeueAfter: lookAgain(decided.decision, status, redis, failure, tools.random) }
  }
}

async function carryOut(
  tools: RedisReconciler,
  redis: ResolvedRedis,
  { seen, password }: Observed,
  { decision }: Plan,
  object: RedisObject,
  signal: AbortSignal,
): Promise<Outcome['failure']> {
  if (decision.kind !== 'act') return undefined
  const pass: Pass = {
    ...tools,
    redis,
    namespace: redis.metadata.namespace ?? 'default',
    seen,
    password,
    signal,
    connect: (instance, use) => {
      const host = seen.instances.find((i) => i.name === instance)?.pod?.ip
      // Never an empty address: REPLICAOF and friends would take it for something else.
      if (host === undefined || host === '') throw new KubeError('NotFound', `${instance} has no address`)
      return tools.connect(
        { host, port: redisPort, ...(password === undefined ? {} : { password }) },
        { signal, name: 'orlop', connectTimeout: 1000, commandTimeout: 5000 },
        use,
      )
    },
  }
  for (const action of decision.actions) {
    try {
      await execute(action, pass)
      tools.metrics.acted('Redis', action.do)
      report(tools, object, action)
    } catch (error) {
      if (isConflict(error)) throw error
      if (!isRedisError(error) && !(error instanceof Error)) throw error
      tools.log.warn({ action: action.do, reason: action.reason, err: error }, 'an action failed')
      return { reason: 'ActionFailed', message: `${action.do} failed: ${error.message}` }
    }
  }
  return undefined
}

function report(tools: RedisReconciler, object: RedisObject, action: Action): void {
  const { namespace, name } = object.metadata
  tools.log.info({ kind: 'Redis', namespace, name, reason: action.reason, action: action.do }, action.message)
  if (action.message === '') return
  tools.events.record(object, {
    type: 'Normal',
    reason: action.reason,
    note: action.message,
    action: action.do,
  })
}

/** Told when it is news: the status from before this pass does not say it yet. */
function reportRefusal(
  tools: RedisReconciler,
  object: RedisObject,
  { reason, message }: { readonly reason: string; readonly message: string },
): void {
  const before = object.status?.conditions?.find((c) => c.type === 'Ready')
  if (before?.reason === reason && before.message === message) return
  tools.events.record(object, { type: 'Warning', reason, note: message, action: 'refuse' })
}

function lookAgain(
  decision: Decision,
  status: RedisStatus,
  redis: ResolvedRedis,
  failure: Outcome['failure'],
  random: () => number,
): number {
  if (failure) return 2000
  if (decision.kind === 'act') return again.afterActing
  if (decision.kind === 'wait' && decision.again !== undefined) return decision.again
  if ((status.readyInstances ?? 0) < redis.spec.instances) return again.whileUnready
  return again.atRest * (0.9 + 0.2 * random())
}

/** Written only when it says something new; who deleted the resource meanwhile wants no status. */
async function publish(
  tools: RedisReconciler,
  object: RedisObject,
  status: RedisStatus,
  signal: AbortSignal,
): Promise<void> {
  if (isDeepStrictEqual(normal(object.status), normal(status))) return
  const { namespace, name } = object.metadata
  const body = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    status,
  }
  try {
    await tools.client.apply(redisResource, body, {
      fieldManager,
      force: true,
      subresource: 'status',
      signal,
    })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

function isTrue(status: RedisStatus, type: string): boolean {
  return status.conditions?.some((c) => c.type === type && c.status === 'True') ?? false
}

/** As JSON has it, so that an absent field and an undefined one are the same. */
function normal(status: unknown): unknown {
  return status === undefined ? undefined : JSON.parse(JSON.stringify(status))
}

/** A resource that the schema should not have let through: said, and left alone. */
async function publishInvalid(
  tools: RedisReconciler,
  object: RedisObject,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  const generation = object.metadata.generation ?? 0
  const conditions = withConditions(
    object.status?.conditions ?? [],
    [{ type: 'Ready', status: 'False', reason: 'Invalid', message }],
    generation,
    new Date(tools.clock.now()),
  )
  const status = {
    ...object.status,
    observedGeneration: generation,
    phase: `Refused: ${message}`,
    conditions,
  }
  await publish(tools, object, status, signal)
  reportRefusal(tools, object, { reason: 'Invalid', message })
}
