/** Writes that a cache which lags behind cannot turn into harm. */
import {
  type Client,
  type DeleteOptions,
  isAlreadyExists,
  isNotFound,
  KubeError,
  type KubeObject,
  type Resource,
} from '@orlop/kube'

/**
 * That `cached` is still the very object and asks for the same: to be asked before something is taken away.
 * @throws KubeError `Conflict` where it is not: decide again later.
 */
export async function checkUnchanged<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  cached: T,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid, generation } = cached.metadata
  const live = await find(client, resource, { namespace, name }, signal)
  const same = live?.metadata.uid === uid && live?.metadata.generation === generation
  if (!same || live?.metadata.deletionTimestamp !== undefined) {
    throw new KubeError('Conflict', `${resource.kind} ${name} has changed since it was looked at`)
  }
}

/** What the server has under a name, or undefined. */
export async function find<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  where: { namespace?: string | undefined; name: string },
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await client.get(resource, where, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/**
 * Creates an object of a name that follows from its purpose.
 * @throws KubeError `Conflict` where it exists: the cache has not seen it yet, or somebody else has the name. Either way, quietly again.
 */
export async function createOnce<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.create(resource, object, { signal })
  } catch (error) {
    if (isAlreadyExists(error)) throw new KubeError('Conflict', 'exists already', { cause: error })
    throw error
  }
}

/**
 * Deletes this very version of this very object; that it is gone already is as good.
 * @throws KubeError `Conflict` where it has changed.
 */
export async function deleteExactly(
  client: Client,
  resource: Resource,
  { metadata }: KubeObject,
  signal: AbortSignal,
  options: Pick<DeleteOptions, 'propagationPolicy'> = {},
): Promise<void> {
  const { uid, resourceVersion } = metadata
  try {
    await client.delete(resource, metadata, { preconditions: { uid, resourceVersion }, signal, ...options })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
