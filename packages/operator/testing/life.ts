/** One life of an operator in a drydock: it can be told to stop, or end as by SIGKILL. */
import type { Drydock } from '@orlop/drydock'
import { Gate, mortalClient } from '@orlop/drydock/testing'
import { createClient } from '@orlop/kube'
import type { Metrics } from '../src/metrics.ts'
import type { Operator } from '../src/operator.ts'
import { type OperatorOptions, operatorSubject, startOperator } from './subject.ts'

export interface LifeOptions extends OperatorOptions {
  /** Only the resources of this namespace. */
  readonly namespace?: string
  /** Told of every write to Kubernetes or Redis; answering true ends the life right after it. */
  readonly onWrite?: (what: string) => boolean
}

export interface Life {
  readonly operator: Operator
  readonly metrics: Metrics
  /** Resolves when it is dead or has stopped. */
  readonly ended: Promise<void>
  /** As SIGKILL does: not one more request goes out, not even to give the lease back. */
  die(): void
  /** As SIGTERM does. */
  stop(): Promise<void>
}

/** How the requests of such an operator are known to drydock's hooks. */
export const userAgent = 'orlop-operator'

export function startLife({ connection }: Drydock, o: LifeOptions = {}): Life {
  const stopping = new AbortController()
  let dead = false
  const gate = new Gate(
    {
      dies: (moment, { what }) => moment === 'after' && (o.onWrite?.(what) ?? false),
      judge: async () => undefined,
      made: () => undefined,
      onItsWay: () => undefined,
      arrive: async () => undefined,
    },
    () => {
      dead = true
      stopping.abort()
    },
  )
  const inner = createClient(connection, { userAgent })
  const started = startOperator(
    {
      client: mortalClient(inner, gate),
      disturbed: () => false,
      ...(o.namespace === undefined ? {} : { namespace: o.namespace }),
      exchange: (exchange, ask) => {
        const what = operatorSubject.nameOf(exchange)
        return what === undefined ? gate.read(ask) : gate.write({ to: 'server', what, exchange }, ask)
      },
    },
    stopping.signal,
    o,
  )
  const ended = started.ended
    .catch((error: unknown) => {
      if (!dead) throw error
    })
    .finally(() => inner.close())
  ended.catch(() => undefined)
  return {
    operator: started.operator,
    metrics: started.metrics,
    ended,
    die: () => gate.fall(),
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
