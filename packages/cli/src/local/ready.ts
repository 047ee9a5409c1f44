/** Waits until applied objects are ready, telling meanwhile what is missing. */
import { type Client, isNotFound, type KubeObject, systemClock } from '@orlop/kube'
import { CliError } from '../failure.ts'
import type { Applied } from './manifests.ts'
import { podTrouble } from './pod-trouble.ts'

export interface Readiness {
  readonly ready: boolean
  /** What a person reads while waiting. */
  readonly detail: string
  /** It will not become ready by waiting. */
  readonly refused?: string
}

type State = Readonly<Record<string, unknown>>

/** By the kind's own word: the condition Ready or Available, or the counts of a workload; other kinds just exist. */
export function readinessOf(object: KubeObject): Readiness {
  const status = record(record(object)['status'])
  const spec = record(record(object)['spec'])
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].map(record) : []
  if (object.apiVersion.startsWith('orlop.dev/')) return ownReadiness(object, status, spec, conditions)
  if (object.kind === 'StatefulSet' || object.kind === 'Deployment' || object.kind === 'ReplicaSet') {
    const wanted = Number(spec['replicas'] ?? 1)
    const have = Number(status['readyReplicas'] ?? 0)
    return { ready: have >= wanted && isCurrent(object, status), detail: `${have} of ${wanted} ready` }
  }
  const type = { Pod: 'Ready', Job: 'Complete' }[object.kind]
  if (type === undefined) return { ready: true, detail: '' }
  const met = (name: string) => conditions.find((c) => c['type'] === name && c['status'] === 'True')
  const failed = object.kind === 'Job' ? met('Failed') : undefined
  if (failed) return { ready: false, detail: '', refused: `${failed['message']} (${failed['reason']})` }
  const ready = met(type) !== undefined
  return { ready, detail: ready ? '' : String(status['phase'] ?? 'waiting') }
}

/** Whether somebody has to wait for it: others are what they are as soon as they exist. */
export function isAwaited({ apiVersion, kind }: KubeObject): boolean {
  return (
    apiVersion.startsWith('orlop.dev/') ||
    ['StatefulSet', 'Deployment', 'ReplicaSet', 'Pod', 'Job'].includes(kind)
  )
}

function ownReadiness(
  object: KubeObject,
  status: State,
  spec: State,
  conditions: readonly State[],
): Readiness {
  const detail = typeof status['phase'] === 'string' ? status['phase'] : 'waiting for the operator'
  if (!isCurrent(object, status)) return { ready: false, detail: 'waiting for the operator' }
  const ready = conditions.find((c) => c['type'] === 'Ready')
  if (detail.startsWith('Refused: '))
    return { ready: false, detail, refused: detail.slice('Refused: '.length) }
  const all = Number(status['readyInstances'] ?? 0) >= Number(spec['instances'] ?? 1)
  return { ready: ready?.['status'] === 'True' && all, detail }
}

function isCurrent(object: KubeObject, status: State): boolean {
  return Number(status['observedGeneration'] ?? 0) >= (object.metadata.generation ?? 0)
}

export async function waitUntilReady(
  client: Client,
  applied: readonly Applied[],
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const { resource, object } of applied) {
    const where = {
      name: object.metadata.name,
      ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
    }
    // The poll is short: it is the local cluster, and somebody looks on.
    for (;;) {
      const live = await client.get(resource, where, { signal }).catch((error: unknown) => {
        if (isNotFound(error))
          throw new CliError('Gone', `${resource.kind} ${where.name} was deleted while it started`)
        throw error
      })
      const { ready, detail, refused } = readinessOf(live)
      if (refused !== undefined) {
        const said = resource.kind === 'Job' ? 'failed' : 'was refused'
        throw new CliError('Refused', `${resource.kind} ${where.name} ${said}: ${refused}`, {
          remedy: 'correct the file and run the command again; what ran before still runs',
        })
      }
      if (ready) break
      const trouble = await podTrouble(client, live, signal)
      note(trouble === undefined ? detail : `${detail}; ${trouble}`)
      await systemClock.sleep(50, signal)
    }
  }
}

function record(value: unknown): State {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
