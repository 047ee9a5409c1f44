import type { Api } from './api.ts'
import { type KindInfo, qualifiedResource } from './kinds.ts'
import type { ApiObject } from './object.ts'
import type { Cause } from './status.ts'

/** What is special about writing objects of one kind. Every function may change the object it is given. */
export interface Strategy {
  /** Fields that only the server sets, on creation: an initial status, an address. */
  prepareCreate?(object: ApiObject, api: Api): void
  /** The same on update; also puts back what a client may leave out. */
  prepareUpdate?(object: ApiObject, old: ApiObject, api: Api): void
  /** Fills in defaults; on creation and on every update. */
  defaults?(object: ApiObject, api: Api): void
  /** Objections to the object itself. */
  validate?(object: ApiObject, api: Api): Cause[]
  /** Objections to the change. */
  validateUpdate?(object: ApiObject, old: ApiObject, api: Api): Cause[]
  /** Objections to a change of the status alone. */
  validateStatus?(object: ApiObject, old: ApiObject, api: Api): Cause[]
  /** What follows a write: released addresses and the like. */
  afterDelete?(object: ApiObject, api: Api): void
}

const strategies = new Map<string, Strategy>()

/** How objects of a kind are written. */
export function strategyFor(kind: KindInfo): Strategy {
  return strategies.get(qualifiedResource(kind)) ?? {}
}

/** Kinds whose `metadata.generation` counts the changes of their spec, besides all custom kinds. */
const counted = new Set([
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'replicasets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'poddisruptionbudgets.policy',
  'networkpolicies.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'endpointslices.discovery.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'replicationcontrollers',
  'customresourcedefinitions.apiextensions.k8s.io',
])

export function countsGeneration(kind: KindInfo): boolean {
  return kind.crd !== undefined || counted.has(qualifiedResource(kind))
}
