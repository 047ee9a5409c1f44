/** Empties a namespace that is being deleted, then lets it go; and gives a new one its service account. */
import { isDeepStrictEqual } from 'node:util'
import { isForbidden, isNotFound, keyOf, type Namespace, resources, watches } from '@orlop/kube'
import { createOnce } from '../careful-writes.ts'
import { type ControllerContext, register } from '../context.ts'
import { timestamp } from '../timestamp.ts'
import { conditionsOf, type Remains } from './conditions.ts'
import { empty } from './emptying.ts'

const FINALIZER = 'kubernetes'
/** Between two looks at what is left, ms: pods take their grace period. */
const PATIENCE = [20, 50, 100, 200, 500, 1_000]

export function namespaces(context: ControllerContext): void {
  const { client, manager } = context
  const all = manager.reflector(resources.namespaces)
  const looks = new Map<string, number>()
  register(context, {
    name: 'namespace',
    reconcile: async ({ name }, signal) => {
      const namespace = all.store.get(name)
      if (namespace === undefined || !isTerminating(namespace)) return
      // Its content is gone, and it waits for somebody else.
      if (!(namespace.spec?.finalizers ?? []).includes(FINALIZER)) return
      const uid = namespace.metadata.uid ?? ''
      const { remains, done } = await empty(client, name, signal)
      const told = await tell(context, namespace, remains, signal)
      if (done) {
        looks.delete(uid)
        await finalize(context, told, signal)
        return
      }
      const look = looks.get(uid) ?? 0
      looks.set(uid, look + 1)
      return { requeueAfter: PATIENCE[Math.min(look, PATIENCE.length - 1)] }
    },
    sources: [watches(all, (namespace) => [keyOf(namespace)])],
  })

  const accounts = manager.reflector(resources.serviceAccounts)
  register(context, {
    name: 'serviceaccount',
    reconcile: async ({ name }, signal) => {
      const namespace = all.store.get(name)
      if (namespace === undefined || isTerminating(namespace)) return
      if (accounts.store.get(`${name}/default`) !== undefined) return
      const metadata = { name: 'default', namespace: name }
      await createOnce(
        client,
        resources.serviceAccounts,
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
        signal,
      ).catch((error: unknown) => {
        // The namespace has begun to go, or is gone.
        if (!isForbidden(error) && !isNotFound(error)) throw error
      })
    },
    sources: [
      watches(all, (namespace) => [keyOf(namespace)]),
      watches(accounts, ({ metadata }) => (metadata.name === 'default' ? [metadata.namespace ?? ''] : [])),
    ],
  })
}

async function tell(
  { client, clock }: ControllerContext,
  namespace: Namespace,
  remains: Remains,
  signal: AbortSignal,
): Promise<Namespace> {
  const conditions = conditionsOf(namespace, remains, timestamp(clock.now()))
  if (isDeepStrictEqual(namespace.status?.conditions, conditions)) return namespace
  const next = { ...namespace, status: { ...namespace.status, conditions } }
  return await client.update(resources.namespaces, next, { subresource: 'status', signal })
}

async function finalize(
  { client }: ControllerContext,
  namespace: Namespace,
  signal: AbortSignal,
): Promise<void> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER)
  const spec = finalizers.length === 0 ? {} : { finalizers }
  const next = { ...namespace, spec }
  try {
    await client.update(resources.namespaces, next, { subresource: 'finalize', signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

const isTerminating = ({ metadata }: Namespace): boolean => metadata.deletionTimestamp !== undefined
