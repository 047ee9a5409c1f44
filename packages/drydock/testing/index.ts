export {
  ApiFaults,
  type Events,
  type HeldEvents,
  type Refusal,
  type Requests,
  type Undo,
} from './api-faults.ts'
export type { Order } from './event-order.ts'
export { everyCrash } from './every-crash.ts'
export { everyStart } from './every-start.ts'
export { Gate, type GateKeeper, type Moment } from './gate.ts'
export { Keeper, type KeeperOptions } from './keeper.ts'
export { Ledger, moreDeleted } from './ledger.ts'
export { missedEvents } from './missed-events.ts'
export { mortalClient } from './mortal-client.ts'
export { MovableClock } from './movable-clock.ts'
export { type PodFaults, podFaults } from './pod-faults.ts'
export { pointsWanted, sample } from './points.ts'
export { type Report, reportText } from './report.ts'
export { type Reference, Run, record, type Theatre } from './run.ts'
export type { Scenario, Stage, Step } from './scenario.ts'
export { differences, type Snapshot, snapshotOf } from './snapshot.ts'
export { staleAnswers } from './stale-answers.ts'
export { staleView } from './stale-view.ts'
export type { RunningSubject, Subject, SubjectTools } from './subject.ts'
export { type Exchange, type Exchanges, Tap } from './tap.ts'
export type { Write } from './write.ts'
