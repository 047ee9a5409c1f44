export { ApplyCache, type ApplyOptions, applyIfChanged, hashOf } from './apply.ts'
export type { Backoff } from './backoff.ts'
export { canonicalJson } from './canonical-json.ts'
export type { BreakerOptions } from './circuit-breaker.ts'
export type {
  CallOptions,
  Client,
  DeleteOptions,
  List,
  ListOptions,
  Patch,
  PatchOptions,
  RequestOptions,
  Selection,
  WatchOptions,
  Where,
  WriteOptions,
} from './client.ts'
export { type Clock, systemClock, type Timer } from './clock.ts'
export type { ConnectionConfig } from './connection.ts'
export { contains } from './contains.ts'
export {
  type ControllerOptions,
  type Metrics,
  type Outcome,
  type Reconcile,
  type ReconcileResult,
  runController,
  type Surroundings,
  TerminalError,
} from './controller.ts'
export * from './errors.ts'
export { type EventInput, EventRecorder, type EventRecorderOptions } from './events.ts'
export { type ExecOptions, exec } from './exec.ts'
export { FakeClock } from './fake-clock.ts'
export type { Informer } from './informer.ts'
export { createClient } from './json-client.ts'
export type * from './kinds.ts'
export { type LoadOptions, loadConnection } from './kubeconfig.ts'
export { type LeaseOptions, runWithLease } from './lease.ts'
export { type Log, silentLog } from './log.ts'
export { Manager, type ManagerOptions, type Selected } from './manager.ts'
export { microTime } from './micro-time.ts'
export { type KubeObject, keyOf, type Metadata, type OwnerReference, splitKey } from './object.ts'
export {
  controllerOf,
  hasFinalizer,
  isBeingDeleted,
  isControlledBy,
  ownerReference,
  withFinalizer,
  withoutFinalizer,
} from './ownership.ts'
export { type PortForwardOptions, portForward } from './port-forward.ts'
export { sameQuantity } from './quantity.ts'
export { type Change, Reflector, type ReflectorOptions } from './reflector.ts'
export { apiVersionOf, pathOf, type Resource, type Resources, resources } from './resources.ts'
export { type Source, watches } from './source.ts'
export type { Indexer, Indexers, Store } from './store.ts'
export type { WatchEvent } from './watch.ts'
export { WorkQueue, type WorkQueueOptions } from './work-queue.ts'
