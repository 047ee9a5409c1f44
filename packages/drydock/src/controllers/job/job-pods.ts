/** The pods a Job makes. Pure. */
import type { Job, Pod } from '@orlop/kube'
import type { PodSpec } from '../wire.ts'
import { podFrom, unusedNames } from '../workloads/pod-from.ts'
import { INDEX } from './indexes.ts'
import { TRACKING } from './tracking.ts'

/** @param used names that pods of the Job have */
export function plainPods(job: Job, count: number, used: ReadonlySet<string>): Pod[] {
  return unusedNames(job, count, used).map((name) => tracked(podFrom(job, template(job), name, labels(job))))
}

/** A pod for each index: it knows its index by annotation, label, host name and environment. */
export function indexedPods(job: Job, indexes: readonly number[], used: ReadonlySet<string>): Pod[] {
  return indexes.flatMap((index) => {
    const { metadata } = job
    const named = { ...job, metadata: { ...metadata, name: `${metadata.name}-${index}` } }
    return unusedNames(named, 1, used).map((name) => {
      const pod = podFrom(job, template(job), name, { ...labels(job), [INDEX]: String(index) })
      return tracked({
        ...pod,
        metadata: {
          ...pod.metadata,
          generateName: `${metadata.name}-${index}-`,
          annotations: { ...pod.metadata.annotations, [INDEX]: String(index) },
        },
        spec: {
          ...withIndexVariable(pod.spec ?? { containers: [] }),
          hostname: `${metadata.name}-${index}`,
        },
      })
    })
  })
}

const template = ({ spec }: Job): NonNullable<Job['spec']>['template'] => spec?.template ?? {}

function tracked(pod: Pod): Pod {
  const finalizers = pod.metadata.finalizers ?? []
  if (finalizers.includes(TRACKING)) return pod
  return { ...pod, metadata: { ...pod.metadata, finalizers: [...finalizers, TRACKING] } }
}

const variable = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
}

function withIndexVariable(spec: PodSpec): PodSpec {
  const add = (containers: PodSpec['containers']): PodSpec['containers'] =>
    containers.map((one) => {
      const env = one.env ?? []
      return env.some(({ name }) => name === variable.name) ? one : { ...one, env: [...env, variable] }
    })
  return {
    ...spec,
    containers: add(spec.containers),
    ...(spec.initContainers === undefined ? {} : { initContainers: add(spec.initContainers) }),
  }
}

function labels({ metadata }: Job): Record<string, string> {
  const { name, uid = '' } = metadata
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
}
