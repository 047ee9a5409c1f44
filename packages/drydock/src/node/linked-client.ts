import { type CallOptions, type Client, type Clock, KubeError } from '@orlop/kube'
import type { Gate } from './gate.ts'

/** As the client's own; milliseconds. */
const defaultTimeout = 10_000

/**
 * A client whose wire is a gate: while that is shut nothing gets through and nothing is heard, as from a node whose link is down. A call waits
 * until its time is up, and one that was under way is carried out but learns of it only when the link is back, or never. A watch falls
 * silent, and has to be begun anew after it. Whoever still waits when `ended` is aborted is given up.
 */
export function linkedClient(client: Client, link: Gate, clock: Clock, ended: AbortSignal): Client {
  async function call<T>(o: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    await pass(o)
    const answer = work()
    await answer.catch(() => {})
    await pass(o)
    return answer
  }

  async function pass(o: CallOptions | undefined): Promise<void> {
    if (link.isOpen) return
    const late = new AbortController()
    const timer = clock.setTimer(o?.timeout ?? defaultTimeout, () => late.abort())
    const leave = o?.signal ? AbortSignal.any([ended, o.signal]) : ended
    await link.passed(AbortSignal.any([late.signal, leave])).finally(() => timer.cancel())
    if (leave.aborted) throw new KubeError('Aborted', 'given up')
    if (!link.isOpen) throw new KubeError('Timeout', 'the API server is out of reach')
  }

  return {
    get: (r, where, o) => call(o, () => client.get(r, where, o)),
    list: (r, o) => call(o, () => client.list(r, o)),
    async *watch(r, o) {
      const signal = o.signal ? AbortSignal.any([ended, o.signal]) : ended
      await link.passed(signal)
      for await (const event of client.watch(r, o)) {
        if (!link.isOpen) {
          await link.passed(signal)
          throw new KubeError('Unavailable', 'the connection was lost')
        }
        yield event
      }
    },
    create: (r, object, o) => call(o, () => client.create(r, object, o)),
    update: (r, object, o) => call(o, () => client.update(r, object, o)),
    patch: (r, where, patch, o) => call(o, () => client.patch(r, where, patch, o)),
    apply: (r, object, o) => call(o, () => client.apply(r, object, o)),
    delete: (r, where, o) => call(o, () => client.delete(r, where, o)),
    deleteCollection: (r, o) => call(o, () => client.deleteCollection(r, o)),
    request: (method, path, o) => call(o, () => client.request(method, path, o)),
    // The client belongs to whoever made it.
    close: () => Promise.resolve(),
  }
}
