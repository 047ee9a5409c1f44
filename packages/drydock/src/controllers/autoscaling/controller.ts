/** The HorizontalPodAutoscaler controller: looks at each autoscaler again and again, as the figures change without an event. */
import { isDeepStrictEqual } from 'node:util'
import { type Client, type HorizontalPodAutoscaler, keyOf, resources, watches } from '@orlop/kube'
import { type ControllerContext, recorder, register } from '../context.ts'
import { type AutoscalerStatus, withCondition } from './conditions.ts'
import { type History, withChange } from './history.ts'
import { defaultAutoscalingTiming, needsFigures, type Observed, planAutoscaler, rescaled } from './plan.ts'
import { readPodMetrics } from './pod-metrics.ts'
import { CountError } from './replica-count.ts'
import { readScale, type Scale, TargetError, words, writeScale } from './scale-target.ts'

export function autoscalers(context: ControllerContext): void {
  const { client, clock, manager } = context
  const timing = { ...defaultAutoscalingTiming, ...context.autoscaling }
  const events = recorder(context, 'horizontal-pod-autoscaler')
  const all = manager.reflector(resources.horizontalPodAutoscalers)
  const histories = new Map<string, History>()
  /** The selectors of targets, by the autoscaler's key. */
  const selectors = new Map<string, string>()

  const write = async (
    autoscaler: HorizontalPodAutoscaler,
    status: AutoscalerStatus,
    signal: AbortSignal,
  ): Promise<void> => {
    const { currentMetrics, ...before } = autoscaler.status ?? {}
    // Without figures the server shows a null.
    if (isDeepStrictEqual(currentMetrics ? { ...before, currentMetrics } : before, status)) return
    const next = { ...autoscaler, status }
    await client.update(resources.horizontalPodAutoscalers, next, { subresource: 'status', signal })
  }

  const targetOf = async (
    autoscaler: HorizontalPodAutoscaler,
    signal: AbortSignal,
  ): Promise<Scale | undefined> => {
    const { namespace = '' } = autoscaler.metadata
    const reference = autoscaler.spec?.scaleTargetRef ?? { kind: '', name: '' }
    try {
      return await readScale(client, namespace, reference, signal)
    } catch (error) {
      if (!(error instanceof TargetError)) throw error
      events.record(autoscaler, { type: 'Warning', reason: 'FailedGetScale', note: error.message })
      const message = `the HPA controller was unable to get the target's current scale: ${error.message}`
      const told = { status: 'False', reason: 'FailedGetScale', message } as const
      const old = autoscaler.status ?? { desiredReplicas: 0 }
      const conditions = withCondition(old.conditions ?? [], 'AbleToScale', told, clock.now())
      await write(autoscaler, { ...old, conditions }, signal)
      return undefined
    }
  }

  register(context, {
    name: 'autoscaler',
    reconcile: async ({ namespace, name }, signal) => {
      const key = `${namespace}/${name}`
      const autoscaler = all.store.get(key)
      if (autoscaler === undefined) {
        histories.delete(key)
        selectors.delete(key)
        return
      }
      const again = { requeueAfter: timing.syncPeriod }
      const scale = await targetOf(autoscaler, signal)
      if (scale === undefined) return again
      if (scale.selector !== '') selectors.set(key, scale.selector)
      const current = scale.replicas
      const observed = needsFigures(autoscaler, current)
        ? await observe(client, namespace, key, scale.selector, selectors, signal)
        : undefined
      const now = clock.now()
      const plan = planAutoscaler({
        autoscaler,
        current,
        observed,
        history: histories.get(key),
        now,
        timing,
      })
      histories.set(key, plan.history)
      for (const event of plan.events) events.record(autoscaler, event)
      const { rescale } = plan
      if (rescale === undefined) {
        await write(autoscaler, plan.status, signal)
        return again
      }
      const { replicas, reason } = rescale
      const size = `New size: ${replicas}; reason: ${reason}`
      let failure: string | undefined
      try {
        await writeScale(client, scale, replicas, signal)
        histories.set(key, withChange(plan.history, current, replicas, now))
        events.record(autoscaler, { type: 'Normal', reason: 'SuccessfulRescale', note: size })
      } catch (error) {
        if (!(error instanceof TargetError)) throw error
        failure = error.message
        const note = `${size}; error: ${failure}`
        events.record(autoscaler, { type: 'Warning', reason: 'FailedRescale', note })
      }
      await write(autoscaler, rescaled(plan.status, rescale, failure, now), signal)
      return again
    },
    sources: [
      // Its own writes of the status must not make it look again at once.
      watches(all, (autoscaler, old) =>
        old !== undefined && isDeepStrictEqual(old.spec, autoscaler.spec) ? [] : [keyOf(autoscaler)],
      ),
    ],
  })
}

async function observe(
  client: Client,
  namespace: string,
  key: string,
  selector: string,
  selectors: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Observed> {
  const refused = (reason: string, note: string, told = reason, message = note): Observed => ({
    reason: told,
    message,
    event: { type: 'Warning', reason, note },
  })
  if (selector === '') {
    const message = "the HPA target's scale is missing a selector"
    return refused('SelectorRequired', 'selector is required', 'InvalidSelector', message)
  }
  const podsOf = async (labelSelector: string) =>
    (await client.list(resources.pods, { namespace, labelSelector, signal })).items
  let pods: Awaited<ReturnType<typeof podsOf>>
  try {
    pods = await podsOf(selector)
  } catch (error) {
    const why = `couldn't convert selector into a corresponding internal selector object: ${words(error)}`
    return refused('InvalidSelector', why)
  }
  const rivals: string[] = []
  for (const [other, theirs] of selectors) {
    const inSame = other !== key && other.startsWith(`${namespace}/`)
    if (inSame && (await podsOf(`${selector},${theirs}`)).length > 0) rivals.push(other)
  }
  if (rivals.length > 0) {
    const list = [key, ...rivals].sort()
    const why = `pods by selector ${selector} are controlled by multiple HPAs: [${list.join(' ')}]`
    return refused('AmbiguousSelector', why)
  }
  const podMetrics = await readPodMetrics(client, namespace, selector, signal).catch((error: unknown) => {
    if (error instanceof CountError) return error
    throw error
  })
  return { pods, podMetrics }
}
