/** What is tried: a program that watches Kubernetes and writes to it, and perhaps to servers outside. */
import type { Client } from '@orlop/kube'
import type { Exchange } from './tap.ts'

/** Everything that the subject reaches the world through: it may keep no other way. */
export interface SubjectTools {
  readonly client: Client
  /** The only namespace that it may work in: several run side by side. */
  readonly namespace: string
  /** Sends a command to a server outside. */
  exchange(exchange: Exchange, ask: () => Promise<unknown>): Promise<unknown>
  /** Whether a fault of such servers is on: then no connection may be opened before a command needs it. */
  disturbed(): boolean
}

export interface RunningSubject {
  /** Resolves when it has stopped after its signal; rejects when it broke. */
  readonly ended: Promise<void>
  /** How often it has looked at what it keeps since it started. */
  looks(): Promise<number>
}

export interface Subject {
  /** Starts it; it runs until the signal aborts. */
  start(tools: SubjectTools, signal: AbortSignal): RunningSubject
  /** Names a command that changes its server; undefined for one that only looks. */
  nameOf(exchange: Exchange): string | undefined
}
