/**
 * What was seen and what is planned, as the status a person reads. The only place that writes conditions. Nothing in it
 * changes while nothing changes: no timestamps of its own, offsets and memory only in coarse steps.
 */
import { formatBytes, type RedisStatus, type ResolvedRedis } from '@orlop/api'
import type { Decision } from '../decision.ts'
import { selectorLabels } from './build/metadata.ts'
import {
  bindingName,
  instanceOfHost,
  nodesServiceName,
  readsServiceName,
  redisPort,
  writesServiceName,
} from './build/names.ts'
import { type Condition, withConditions } from './conditions.ts'
import { type Instance, type Observation, viewOf } from './observation.ts'
import type { Plan } from './plan.ts'
import { behind, bytesText, caughtUp, servingPrimary } from './primary.ts'

export interface Outcome {
  readonly seen: Observation
  readonly plan: Plan
  /** An action of this pass that failed, in words. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined
}

export function buildStatus(
  redis: ResolvedRedis,
  outcome: Outcome,
  before: RedisStatus | undefined,
  now: Date,
): RedisStatus {
  const { seen } = outcome
  const primary = servingPrimary(seen)
  const ready = seen.instances.filter((i) => i.ordinal < redis.spec.instances && isReady(seen, i))
  const conditions = conditionsOf(redis, outcome, ready.length)
  const namespace = redis.metadata.namespace ?? 'default'
  const address = (service: string): string => `${service}.${namespace}.svc:${redisPort}`
  const used = viewOf(primary)?.memoryUsed
  const worst = worstLag(seen)
  return {
    observedGeneration: redis.metadata.generation ?? 0,
    phase: phaseOf(redis, outcome, ready.length),
    conditions: withConditions(before?.conditions ?? [], conditions, redis.metadata.generation ?? 0, now),
    instances: seen.instances.map((instance) => instanceStatus(redis, seen, instance)),
    currentInstances: seen.instances.filter((i) => i.pod !== undefined).length,
    readyInstances: ready.length,
    instancesReady: `${ready.length}/${redis.spec.instances}`,
    selector: Object.entries(selectorLabels(redis))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    ...(seen.record === undefined ? {} : { primary: seen.record }),
    endpoints: {
      writes: address(writesServiceName(redis)),
      reads: address(readsServiceName(redis)),
      nodes: address(nodesServiceName(redis)),
    },
    ...(seen.binding ? { binding: { name: bindingName(redis) } } : {}),
    ...(used === undefined
      ? {}
      : { memory: memoryText(used, viewOf(primary)?.memoryMax ?? 0, before?.memory) }),
    ...(worst === undefined ? {} : { lag: worst }),
    ...lastFailover(seen, before, now),
  }
}

/** Who was the primary before is known from the last status; the record says who is now. */
function lastFailover(
  seen: Observation,
  before: RedisStatus | undefined,
  now: Date,
): Pick<RedisStatus, 'lastFailover'> {
  const from = before?.primary
  const to = seen.record
  if (from === undefined || to === undefined || from === to) {
    return before?.lastFailover ? { lastFailover: before.lastFailover } : {}
  }
  const old = viewOf(seen.instances.find((i) => i.name === from))
  const lost = old === undefined || old.fenced
  const reason = lost ? 'PrimaryLost' : 'PrimaryMoved'
  return { lastFailover: { from, to, reason, at: `${now.toISOString().slice(0, 19)}Z` } }
}

function conditionsOf(redis: ResolvedRedis, { seen, plan, failure }: Outcome, ready: number): Condition[] {
  const { decision, refusal } = plan
  const reachable = canConnect(seen)
  const stuck = refusal ?? (decision.kind === 'refuse' ? decision : undefined)
  const under = inProgress(redis, decision, ready)
  return [
    stuck
      ? { type: 'Ready', status: 'False', reason: stuck.reason, message: stuck.message }
      : reachable
        ? { type: 'Ready', status: 'True', reason: 'Serving', message: `${seen.record} takes writes` }
        : { type: 'Ready', status: 'False', ...whyUnreachable(seen, decision) },
    failure
      ? { type: 'Degraded', status: 'True', ...failure }
      : stuck
        ? { type: 'Degraded', status: 'True', reason: stuck.reason, message: stuck.message }
        : ready < redis.spec.instances && reachable && !under
          ? { type: 'Degraded', status: 'True', reason: 'InstancesNotReady', message: notReady(redis, seen) }
          : { type: 'Degraded', status: 'False', reason: 'AsExpected', message: '' },
    under
      ? { type: 'Progressing', status: 'True', ...under }
      : { type: 'Progressing', status: 'False', reason: 'UpToDate', message: '' },
  ]
}

/** A client that comes through the Service now is answered: the primary serves, is labelled, and its pod is ready. */
function canConnect(seen: Observation): boolean {
  const primary = servingPrimary(seen)
  return primary?.pod?.ready === true && primary.pod.labels['orlop.dev/role'] === 'primary'
}

function whyUnreachable(seen: Observation, decision: Decision): { reason: string; message: string } {
  // That the first instance is waited for says less than why it does not come.
  if (decision.kind === 'wait' && decision.reason !== 'Starting')
    return { reason: decision.reason, message: decision.message }
  const troubled = seen.instances.find((i) => i.pod?.trouble !== undefined)
  if (troubled?.pod?.trouble !== undefined) {
    return { reason: 'InstanceInTrouble', message: `${troubled.name}: ${troubled.pod.trouble}` }
  }
  return {
    reason: 'Starting',
    message: decision.kind === 'wait' ? decision.message : 'No primary takes writes yet',
  }
}

function inProgress(
  redis: ResolvedRedis,
  decision: Decision,
  ready: number,
): { reason: string; message: string } | undefined {
  if (redis.spec.paused) return undefined
  if (decision.kind === 'wait') return { reason: decision.reason, message: decision.message }
  if (decision.kind === 'act') {
    const told = decision.actions.find((action) => action.message !== '')
    return { reason: told?.reason ?? 'Reconciling', message: told?.message ?? '' }
  }
  return decision.kind === 'nothing' && ready === 0
    ? { reason: 'Starting', message: 'Instances are starting' }
    : undefined
}

function phaseOf(redis: ResolvedRedis, { seen, plan, failure }: Outcome, ready: number): string {
  if (redis.spec.paused) return plan.decision.kind === 'wait' ? plan.decision.message : 'Paused'
  const stuck = plan.refusal ?? (plan.decision.kind === 'refuse' ? plan.decision : undefined)
  if (stuck) return `Refused: ${stuck.message}`
  if (failure) return `Degraded: ${failure.message}`
  if (!canConnect(seen)) return whyUnreachable(seen, plan.decision).message
  if (plan.decision.kind === 'wait') return plan.decision.message
  if (ready < redis.spec.instances) return notReady(redis, seen)
  return 'Healthy'
}

function notReady(redis: ResolvedRedis, seen: Observation): string {
  const waitingFor = seen.instances.filter((i) => i.ordinal < redis.spec.instances && !isReady(seen, i))
  const why = (i: Instance): string => {
    const state = stateOf(seen, i)
    return settled.includes(state) ? 'not ready yet' : state
  }
  return `Waiting for ${waitingFor.map((i) => `${i.name} (${why(i)})`).join(', ')}`
}

function isReady(seen: Observation, instance: Instance): boolean {
  return instance.pod?.ready === true && !instance.pod.deleting && settled.includes(stateOf(seen, instance))
}

/** The states of an instance that does its work. */
const settled: readonly string[] = ['serving', 'in sync']

/** One instance in a word or two. */
function stateOf(seen: Observation, instance: Instance): string {
  const { pod } = instance
  if (!pod) return 'missing'
  if (pod.deleting) return 'stopping'
  if (!instance.answer.ok) {
    if (pod.trouble !== undefined) return pod.trouble
    return instance.answer.code === 'Loading' ? 'loading' : pod.running ? 'silent' : 'starting'
  }
  const view = instance.answer.value
  if (view.role === 'primary') return instance.name === seen.record ? 'serving' : 'astray'
  if (view.fenced) return 'fenced'
  if (view.syncing) return 'syncing'
  const primary = viewOf(servingPrimary(seen))
  if (!view.linkUp || !primary) return 'link down'
  return caughtUp(primary, view) ? 'in sync' : 'catching up'
}

function instanceStatus(
  redis: ResolvedRedis,
  seen: Observation,
  instance: Instance,
): NonNullable<RedisStatus['instances']>[number] {
  const view = viewOf(instance)
  const lag = secondsBehind(redis, seen, instance)
  return {
    pod: instance.name,
    role: view?.role ?? 'unknown',
    state: stateOf(seen, instance),
    ...(instance.pod?.zone === undefined ? {} : { zone: instance.pod.zone }),
    ...(view ? { version: view.version } : {}),
    ...(lag === undefined ? {} : { lag }),
  }
}

/** Replicas report once a second, on a busy machine a little later: up to 2 is none. More is told in powers of two, so that it is not written at every look. */
function secondsBehind(redis: ResolvedRedis, seen: Observation, instance: Instance): number | undefined {
  const primary = viewOf(servingPrimary(seen))
  const replica = primary?.replicas.find(
    (r) => r.online && instanceOfHost(redis, r.host, [instance]) !== undefined,
  )
  return replica && (replica.lag <= 2 ? 0 : 2 ** Math.ceil(Math.log2(replica.lag)))
}

/** Less than a moment's worth of writes is no lag to speak of, and would change at every look. */
function lagText(bytes: number): string {
  return bytes <= 1 << 20 ? '0 B' : bytesText(2 ** Math.ceil(Math.log2(bytes)))
}

function worstLag(seen: Observation): string | undefined {
  const primary = viewOf(servingPrimary(seen))
  if (!primary) return undefined
  const lags = seen.instances.flatMap((i) => {
    const view = viewOf(i)
    const bytes = view && view.role === 'replica' ? behind(primary, view) : undefined
    return bytes === undefined ? [] : [bytes]
  })
  return lags.length === 0 ? undefined : lagText(Math.max(...lags))
}

/** In steps of 5 % of what is allowed; what was said stays until it is 2 % wrong, so that at the edge of a step it does not flap. */
function memoryText(used: number, max: number, before: string | undefined): string {
  if (max === 0) return 'unlimited'
  const limit = formatBytes(max)
  const percent = (used / max) * 100
  const said = Number(/^(\d+)% of /.exec(before ?? '')?.[1])
  const holds = before === `${said}% of ${limit}` && percent > said - 7 && percent <= said + 2
  return holds ? before : `${Math.ceil(percent / 5) * 5}% of ${limit}`
}
