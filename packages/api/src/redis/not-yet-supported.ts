/** Fields that the kind has and this version of Orlop does not act on: used, they are refused and not ignored. */
import type { Problem } from '../problem.ts'
import type { ResolvedRedis } from './defaults.ts'

export interface Unsupported extends Pick<Problem, 'field' | 'value'> {
  /** What to write instead. */
  readonly remedy: string
}

export function notYetSupported(redis: ResolvedRedis): Unsupported[] {
  const { failover, tls, monitoring, networkPolicy } = redis.spec
  const found: Unsupported[] = []
  if (failover.mode !== 'none') {
    const what = failover.mode === 'sentinel' ? 'Sentinel' : 'failover by the operator'
    found.push({
      field: 'spec.failover.mode',
      value: failover.mode,
      remedy: `say failover: {mode: none} until ${what} is supported`,
    })
  }
  if (tls.secretName !== '') {
    found.push({
      field: 'spec.tls.secretName',
      value: tls.secretName,
      remedy: 'leave tls out until TLS is supported',
    })
  }
  if (tls.issuerRef !== null) {
    found.push({
      field: 'spec.tls.issuerRef',
      value: tls.issuerRef,
      remedy: 'leave tls out until TLS is supported',
    })
  }
  if (monitoring.exporter) {
    found.push({
      field: 'spec.monitoring.exporter',
      value: true,
      remedy: 'say monitoring: {exporter: false} until the exporter is supported',
    })
  }
  if (networkPolicy.enabled) {
    found.push({
      field: 'spec.networkPolicy.enabled',
      value: true,
      remedy: 'say networkPolicy: {enabled: false} and write a NetworkPolicy yourself until it is supported',
    })
  }
  return found
}
