import type { Clock } from '@orlop/kube'
import type { Container, Probe } from '../pod/types.ts'
import type { Outcome } from './handler.ts'

export type ProbeKind = 'startup' | 'readiness' | 'liveness'

/** What the probes of one run of a container need and tell. */
export interface ProberOptions {
  readonly container: Container
  readonly clock: Clock
  /** Aborted when the run ends. */
  readonly signal: AbortSignal
  /** Aborted when the pod is being deleted: only readiness is watched from then on, as the kubelet does. */
  readonly stopping: AbortSignal
  check(probe: Probe, timeout: number, signal: AbortSignal): Promise<Outcome>
  started(): void
  ready(ready: boolean): void
  /** A failure that counts. */
  unhealthy(kind: ProbeKind, message: string): void
  /** The container has to be restarted. */
  fatal(kind: ProbeKind, message: string): void
}

/**
 * Looks between the first try and the second, in ms after the first: a server that is up after 20 ms is not made to wait a period of ten seconds.
 * They count only when they succeed.
 */
const earlyLooks: readonly number[] = [20, 50, 100, 200, 400, 700]

/** Runs the probes of one run of a container until it ends. A container without a probe is at once what the probe would find out. */
export async function probe(o: ProberOptions): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = o.container
  if (startupProbe) {
    const up = await watch(startupProbe, 'startup', o, (ok) => ok, AbortSignal.any([o.signal, o.stopping]))
    if (!up) return
  }
  o.started()
  if (!readinessProbe) o.ready(true)
  await Promise.all([
    readinessProbe && watch(readinessProbe, 'readiness', o, () => false, o.signal),
    livenessProbe &&
      watch(livenessProbe, 'liveness', o, (ok) => !ok, AbortSignal.any([o.signal, o.stopping])),
  ])
}

/** Repeats one probe until `until` says of a result that has passed its threshold that it is the last; gives that result. */
async function watch(
  p: Probe,
  kind: ProbeKind,
  o: ProberOptions,
  until: (ok: boolean) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const period = (p.periodSeconds ?? 10) * 1000
  const timeout = (p.timeoutSeconds ?? 1) * 1000
  const thresholds = { true: p.successThreshold ?? 1, false: p.failureThreshold ?? 3 }
  let row = { ok: false, length: 0 }
  let result: boolean | undefined
  const settle = (outcome: Outcome): boolean => {
    row = row.ok === outcome.ok ? { ok: row.ok, length: row.length + 1 } : { ok: outcome.ok, length: 1 }
    if (!outcome.ok) o.unhealthy(kind, outcome.message)
    if (row.length < thresholds[`${outcome.ok}`] || result === outcome.ok) return false
    result = outcome.ok
    if (kind === 'readiness') o.ready(outcome.ok)
    else if (!outcome.ok) o.fatal(kind, outcome.message)
    return true
  }
  try {
    await o.clock.sleep((p.initialDelaySeconds ?? 0) * 1000, signal)
    let next = o.clock.now()
    for (let first = true; !signal.aborted; first = false) {
      next += period
      let outcome = await o.check(p, timeout, signal)
      if (first && !outcome.ok && kind !== 'liveness')
        outcome = await lookAgain(p, outcome, o, period, timeout, signal)
      if (signal.aborted) break
      if (settle(outcome) && until(outcome.ok)) return outcome.ok
      next = Math.max(next, o.clock.now())
      await o.clock.sleep(next - o.clock.now(), signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return false
}

async function lookAgain(
  p: Probe,
  first: Outcome,
  o: ProberOptions,
  period: number,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const begun = o.clock.now()
  let outcome = first
  for (const at of earlyLooks) {
    if (outcome.ok || at >= period) break
    await o.clock.sleep(Math.max(0, begun + at - o.clock.now()), signal)
    outcome = await o.check(p, timeout, signal)
  }
  return outcome
}
