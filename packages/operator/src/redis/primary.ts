/**
 * Who is the primary, who should be, and who may be made one. Pure; the argument why it is safe stands in README.md.
 */
import type { ResolvedRedis } from '@orlop/api'
import type { NodeView } from '../observe/answer.ts'
import { instanceOfHost } from './build/names.ts'
import { type Instance, mayHoldData, type Observation, viewOf } from './observation.ts'

export type Verdict =
  /** The recorded primary serves. */
  | { readonly kind: 'keep'; readonly name: string }
  /** Another instance already serves as the primary and the recorded one follows it, or nothing was recorded yet. */
  | { readonly kind: 'adopt'; readonly name: string }
  /** Nobody serves; this one holds the newest copy. */
  | { readonly kind: 'promote'; readonly name: string; readonly why: string }
  | { readonly kind: 'wait'; readonly reason: string; readonly message: string }
  | { readonly kind: 'refuse'; readonly reason: string; readonly message: string }

interface Answering {
  readonly instance: Instance
  readonly view: NodeView
}

export function choosePrimary(redis: ResolvedRedis, seen: Observation): Verdict {
  const answering = seen.instances.flatMap((instance): Answering[] => {
    const view = viewOf(instance)
    return view ? [{ instance, view }] : []
  })
  const primaries = answering.filter(({ view }) => view.role === 'primary')
  const recorded = seen.record === undefined ? undefined : seen.instances.find((i) => i.name === seen.record)

  if (!recorded) return withoutServing(redis, seen, answering, primaries, 'there was none yet')

  const view = viewOf(recorded)
  if (view?.role === 'primary') return { kind: 'keep', name: recorded.name }
  if (view) {
    const followed = instanceOfHost(redis, view.primaryHost, seen.instances)
    const target = primaries.find((p) => p.instance.name === followed)
    if (target) return { kind: 'adopt', name: target.instance.name }
    const why = view.fenced ? `${recorded.name} came back without its data` : 'nobody serves'
    return withoutServing(redis, seen, answering, primaries, why)
  }
  // The recorded primary is silent. Without automatic failover Orlop waits for it, unless its data is gone for certain:
  // kept in memory only, and the process that held it has ended.
  if (primaries.length === 1 && !mayHoldData(recorded)) return adoptOrRefuse(primaries, answering)
  if (primaries.length === 0 && !mayHoldData(recorded) && answering.some((a) => hasData(a.view))) {
    return promoteNewest(redis, seen, answering, `${recorded.name} lost its data with its process`)
  }
  return {
    kind: 'wait',
    reason: 'PrimaryUnreachable',
    message: `${recorded.name} (primary) does not answer${because(recorded)}; failover.mode is none, so Orlop waits for it`,
  }
}

function withoutServing(
  redis: ResolvedRedis,
  seen: Observation,
  answering: readonly Answering[],
  primaries: readonly Answering[],
  why: string,
): Verdict {
  if (primaries.length > 0) return adoptOrRefuse(primaries, answering)
  return promoteNewest(redis, seen, answering, why)
}

/** One primary that nobody recorded: take it, unless taking it would throw away data that only another one has. */
function adoptOrRefuse(primaries: readonly Answering[], answering: readonly Answering[]): Verdict {
  const [first, second] = primaries
  if (first && !second) {
    const fuller = answering.find((a) => a !== first && hasData(a.view) && !hasData(first.view))
    if (!fuller) return { kind: 'adopt', name: first.instance.name }
    return {
      kind: 'refuse',
      reason: 'EmptyPrimary',
      message: `${first.instance.name} serves as the primary but is empty, while ${fuller.instance.name} holds ${fuller.view.keys} keys; make one of them the primary by hand (REPLICAOF NO ONE on ${fuller.instance.name}, REPLICAOF it on ${first.instance.name})`,
    }
  }
  const withData = primaries.filter((p) => hasData(p.view))
  const [only, other] = withData
  if (only && !other) return { kind: 'adopt', name: only.instance.name }
  if (!only && first) return { kind: 'adopt', name: first.instance.name }
  return {
    kind: 'refuse',
    reason: 'SeveralPrimaries',
    message: `${withData.map((p) => p.instance.name).join(' and ')} all serve as primaries with data of their own; compare them and send REPLICAOF to the one to give up`,
  }
}

function promoteNewest(
  redis: ResolvedRedis,
  seen: Observation,
  answering: readonly Answering[],
  why: string,
): Verdict {
  const unheard = seen.instances.filter((i) => !i.answer.ok && mayHoldData(i))
  if (unheard.length > 0) {
    const names = unheard.map((i) => `${i.name}${because(i)}`).join(', ')
    return {
      kind: 'wait',
      reason: 'ChoosingPrimary',
      message: `Waiting to hear from ${names} before the newest copy is chosen as the primary`,
    }
  }
  const hearing = answering.filter((one) => hearsAnEndingProcess(redis, seen, one, answering))
  if (hearing.length > 0) {
    const names = hearing.map(({ instance }) => instance.name).join(', ')
    return {
      kind: 'wait',
      reason: 'ChoosingPrimary',
      message: `Waiting for the end of the process that ${names} still ${hearing.length === 1 ? 'hears' : 'hear'}`,
    }
  }
  const [best] = [...answering].sort(newestFirst)
  if (!best) return { kind: 'wait', reason: 'Starting', message: 'Waiting for the first instance to answer' }
  return { kind: 'promote', name: best.instance.name, why }
}

/** A primary writes to its replicas at least every ten seconds, and a busy one all the time. */
const heardLately = 3

/**
 * Whether a replica has a primary that none of those who answer is: a process whose pod was deleted by force, and which may go on
 * acknowledging writes until somebody ends it. Its replicas get them still; those of an instance that was promoted meanwhile would not.
 */
function hearsAnEndingProcess(
  redis: ResolvedRedis,
  seen: Observation,
  { instance, view }: Answering,
  answering: readonly Answering[],
): boolean {
  if (view.role !== 'replica' || !view.linkUp || view.heardAgo > heardLately) return false
  return !answering.some((other) =>
    other.view.replicas.some(({ host }) => instanceOfHost(redis, host, seen.instances) === instance.name),
  )
}

/** Most advanced first: by offset in the stream, then by what it holds, then the lowest ordinal. */
function newestFirst(a: Answering, b: Answering): number {
  return b.view.offset - a.view.offset || b.view.keys - a.view.keys || a.instance.ordinal - b.instance.ordinal
}

function hasData(view: NodeView): boolean {
  return view.keys > 0
}

function because(instance: Instance): string {
  if (!instance.pod) return ' (its pod is missing)'
  if (instance.pod.trouble !== undefined) return ` (${instance.pod.trouble})`
  return instance.answer.ok ? '' : ` (${instance.answer.message})`
}

/** The instance that is recorded and also says that it is the primary. */
export function servingPrimary(seen: Observation): Instance | undefined {
  const recorded = seen.instances.find((i) => i.name === seen.record)
  return viewOf(recorded)?.role === 'primary' ? recorded : undefined
}

/** Bytes of the replication stream that a replica has yet to apply; undefined when it is not attached. */
export function behind(primary: NodeView, replica: NodeView): number | undefined {
  if (replica.role !== 'replica' || !replica.linkUp || replica.syncing) return undefined
  if (replica.replId !== primary.replId) return undefined
  return Math.max(0, primary.offset - replica.offset)
}

/** How far a replica may be behind and still count as caught up: a moment's worth of a busy stream. */
export const caughtUpWithin: number = 1 << 20

export function caughtUp(primary: NodeView, replica: NodeView): boolean {
  const bytes = behind(primary, replica)
  return bytes !== undefined && bytes <= caughtUpWithin
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`
}
