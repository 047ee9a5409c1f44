/** Empties a namespace that is being deleted, then lets it go; and gives a new one its service account. */
import {
  isForbidden,
  isNotFound,
  keyOf,
  type Namespace,
  type Resource,
  resources,
  watches,
} from '@orlop/kube'
import { createOnce } from '../careful-writes.ts'
import { type ControllerContext, register } from '../context.ts'
import { discover } from '../garbage/discovery.ts'

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
      const uid = namespace.metadata.uid ?? ''
      if (await empty(context, name, signal)) {
        looks.delete(uid)
        await finalize(context, namespace, signal)
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

/** Deletes everything in a namespace. @returns whether nothing is left */
async function empty(
  { client }: ControllerContext,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  let left = 0
  for (const resource of await discover(client, signal)) {
    if (!resource.namespaced) continue
    const { items } = await listOf(resource)
    left += items.length
    if (items.every((item) => item.metadata.deletionTimestamp !== undefined)) continue
    await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background', signal })
  }
  return left === 0

  function listOf(resource: Resource): ReturnType<typeof client.list> {
    return client.list(resource, { namespace, limit: 500, signal })
  }
}

async function finalize(
  { client }: ControllerContext,
  namespace: Namespace,
  signal: AbortSignal,
): Promise<void> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER)
  const next = { ...namespace, spec: { ...namespace.spec, finalizers } }
  try {
    await client.update(resources.namespaces, next, { subresource: 'finalize', signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

const isTerminating = ({ metadata }: Namespace): boolean => metadata.deletionTimestamp !== undefined
