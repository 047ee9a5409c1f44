/** What each metric of an autoscaler asks for. Pure; after computeReplicasForMetrics of pkg/controller/podautoscaler/horizontal.go. */
import type { EventInput, HorizontalPodAutoscaler, Pod } from '@orlop/kube'
import type { AutoscalerStatus } from './conditions.ts'
import type { Told } from './limits.ts'
import { figuresOf, type PodMetrics } from './pod-metrics.ts'
import {
  CountError,
  type CountInput,
  type CountTiming,
  replicasForUsage,
  replicasForUtilization,
  thousandths,
} from './replica-count.ts'

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>
type Metric = NonNullable<Spec['metrics']>[number]
type MetricStatus = NonNullable<AutoscalerStatus['currentMetrics']>[number]
type Target = NonNullable<Metric['resource']>['target']
type Current = NonNullable<MetricStatus['resource']>['current']

export interface EvaluationInput {
  readonly metrics: readonly Metric[]
  readonly namespace: string
  readonly pods: readonly Pod[]
  /** Or why there are none. */
  readonly podMetrics: readonly PodMetrics[] | CountError
  /** What the target's scale asks for. */
  readonly current: number
  readonly now: number
  readonly timing: CountTiming
}

export interface Evaluation {
  /** Undefined where nothing may be done by what is known. */
  readonly replicas: number | undefined
  /** The metric that asks for the most. */
  readonly metric: string
  readonly statuses: MetricStatus[]
  readonly scalingActive: Told
  readonly events: readonly EventInput[]
}

interface Proposal {
  readonly replicas: number
  readonly metric: string
  readonly status: MetricStatus
}

/** What a metric cannot tell: the reason of the condition, its message, and where it is told of among others. */
interface Failure {
  readonly reason: string
  readonly message: string
  readonly prefix: string
  /** What stands between the two there. */
  readonly between?: string
}

export function evaluate(input: EvaluationInput): Evaluation {
  const outcomes = input.metrics.map((metric) => proposalOf(metric, input))
  const proposals = outcomes.filter((one) => 'replicas' in one)
  const failures = outcomes.filter((one) => 'reason' in one)
  const statuses = outcomes.map((one) => ('status' in one ? one.status : { type: '' }))
  const events = failures.map(
    ({ reason, message }): EventInput => ({ type: 'Warning', reason, note: message }),
  )
  const best = proposals.reduce<Proposal | undefined>(
    (most, one) => (most === undefined || one.replicas > most.replicas ? one : most),
    undefined,
  )
  const [first] = failures
  // Scaling in by half the figures could take away what the other half needs.
  if (best === undefined || (first !== undefined && best.replicas < input.current)) {
    const { reason = '', message = '', prefix = '', between = '' } = first ?? {}
    const counted = `${failures.length} invalid out of ${input.metrics.length}`
    const note = `invalid metrics (${counted}), first error is: ${prefix}: ${between}${message}`
    return {
      replicas: undefined,
      metric: '',
      statuses,
      scalingActive: {
        status: 'False',
        reason,
        message: `the HPA was unable to compute the replica count: ${message}`,
      },
      events: [...events, { type: 'Warning', reason: 'FailedComputeMetricsReplicas', note }],
    }
  }
  const { replicas, metric } = best
  const message = `the HPA was able to successfully calculate a replica count from ${metric}`
  const scalingActive: Told = { status: 'True', reason: 'ValidMetricFound', message }
  return { replicas, metric, statuses, scalingActive, events }
}

function proposalOf(metric: Metric, input: EvaluationInput): Proposal | Failure {
  const { type, resource, containerResource } = metric
  if (type === 'Resource' && resource !== undefined) {
    const made = ofResource(resource.name, '', resource.target, input)
    const prefix = `failed to get ${resource.name} resource metric value`
    if (typeof made === 'string') return { reason: 'FailedGetResourceMetric', message: made, prefix }
    const status = { type, resource: { name: resource.name, current: made.current } }
    return { ...made, metric: named(resource.name, resource.target, 'resource'), status }
  }
  if (type === 'ContainerResource' && containerResource !== undefined) {
    const { name, container, target } = containerResource
    const made = ofResource(name, container, target, input)
    const prefix = `failed to get ${container} container metric value`
    if (typeof made === 'string') return { reason: 'FailedGetContainerResourceMetric', message: made, prefix }
    const status = { type, containerResource: { name, container, current: made.current } }
    return { ...made, metric: named(name, target, 'container resource'), status }
  }
  return unavailable(metric, input)
}

function named(resource: string, target: Target, what: string): string {
  return target.averageValue === undefined
    ? `${resource} ${what} utilization (percentage of request)`
    : `${resource} resource`
}

/** Or what is wrong. */
function ofResource(
  resource: string,
  container: string,
  target: Target,
  input: EvaluationInput,
): { replicas: number; current: Current } | string {
  const byValue = target.averageValue !== undefined
  try {
    if (input.podMetrics instanceof CountError) throw input.podMetrics
    const figures = figuresOf(input.podMetrics, resource, container)
    const counting: CountInput = { ...input, figures, resource }
    const { replicas, value, utilization } = byValue
      ? replicasForUsage(counting, thousandths(target.averageValue ?? 0))
      : replicasForUtilization(counting, target.averageUtilization ?? 0, container)
    const averageValue = amountOf(resource, value)
    return {
      replicas,
      current: { averageValue, ...(utilization === undefined ? {} : { averageUtilization: utilization }) },
    }
  } catch (error) {
    if (!(error instanceof CountError)) throw error
    const why = error.message.includes('metrics API')
      ? `unable to get metrics for resource ${resource}: ${error.message}`
      : error.message
    return `failed to get ${resource} ${byValue ? 'usage' : 'utilization'}: ${why}`
  }
}

/** In the server's own form: what is written is what is read back. */
function amountOf(resource: string, thousandth: number): string {
  if (thousandth % 1000 !== 0) return `${thousandth}m`
  const whole = thousandth / 1000
  const step =
    resource === 'memory' && whole > 0 ? ['Gi', 'Mi', 'Ki'].find((s) => whole % units(s) === 0) : undefined
  return step === undefined ? String(whole) : `${whole / units(step)}${step}`
}

const units = (suffix: string): number => 1024 ** (['Ki', 'Mi', 'Gi'].indexOf(suffix) + 1)

/** Figures of other kinds need an adapter, as on any cluster without one. */
function unavailable({ type, pods, object, external }: Metric, { namespace }: EvaluationInput): Failure {
  const custom =
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'
  if (type === 'Pods') {
    return {
      reason: 'FailedGetPodsMetric',
      message: `unable to get metric ${pods?.metric.name}: ${custom}`,
      prefix: 'failed to get pods metric value',
    }
  }
  if (type === 'Object') {
    const { kind, name } = object?.describedObject ?? {}
    const message = `unable to get metric ${object?.metric.name}: ${kind} on ${namespace} ${name}/${custom}`
    return { reason: 'FailedGetObjectMetric', message, prefix: 'failed to get object metric value' }
  }
  if (type === 'External') {
    const name = external?.metric.name ?? ''
    const api = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`
    const selector = external?.metric.selector === undefined ? 'nil' : '&LabelSelector{}'
    const message = `unable to get external metric ${namespace}/${name}/${selector}: unable to fetch metrics from external metrics API: ${api}`
    const between =
      external?.target.averageValue === undefined
        ? `failed to get external metric ${name}: `
        : `failed to get ${name} external metric: `
    return {
      reason: 'FailedGetExternalMetric',
      message,
      prefix: `failed to get ${name} external metric value`,
      between,
    }
  }
  const message = `unknown metric source type ${JSON.stringify(type)}`
  return { reason: 'InvalidMetricSourceType', message, prefix: message }
}
