/** Finding a cache, its password, and the address under which this machine reaches it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RedisObject, redisResource } from '@orlop/api'
import { isNotFound, resources } from '@orlop/kube'
import { CliError } from '../failure.ts'
import type { Cluster } from './cluster.ts'

export interface Access {
  readonly host: string
  readonly port: number
  readonly password: string | undefined
}

export async function listCaches(
  cluster: Pick<Cluster, 'client' | 'local' | 'namespace'>,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<RedisObject[]> {
  try {
    const list = await cluster.client.list(redisResource, {
      ...(namespace === undefined ? {} : { namespace }),
      signal,
    })
    return list.items
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new CliError('NotInstalled', 'this cluster does not know the kind Redis of orlop.dev', {
      remedy: 'install Orlop there: orlop install; or start the local one: orlop up',
    })
  }
}

/** `NAME` or `NAMESPACE/NAME`. */
export async function findCache(
  cluster: Pick<Cluster, 'client' | 'local' | 'namespace'>,
  name: string,
  signal: AbortSignal,
): Promise<RedisObject> {
  const [namespace, plain] = name.includes('/') ? name.split('/', 2) : [cluster.namespace, name]
  const caches = await listCaches(cluster, namespace, signal)
  const found = caches.find((cache) => cache.metadata.name === plain)
  if (found) return found
  const known = caches.map((cache) => cache.metadata.name)
  throw new CliError('NoSuchCache', `there is no cache ${plain} in namespace ${namespace}`, {
    remedy:
      known.length === 0
        ? 'there is none at all; orlop up -f FILE makes one'
        : `there are: ${known.join(', ')}`,
  })
}

export async function accessTo(
  cluster: Pick<Cluster, 'client' | 'local' | 'namespace'>,
  cache: RedisObject,
  signal: AbortSignal,
): Promise<Access> {
  const namespace = cache.metadata.namespace ?? 'default'
  const { host, port } = await addressOf(cluster, namespace, cache.metadata.name)
  return { host, port, password: await passwordOf(cluster, cache, signal) }
}

async function addressOf(
  cluster: Pick<Cluster, 'client' | 'local' | 'namespace'>,
  namespace: string,
  name: string,
): Promise<{ host: string; port: number }> {
  if (cluster.local === undefined) return { host: `${name}.${namespace}.svc`, port: 6379 }
  const address = (await addressesHere(cluster.local, namespace, name))['6379']
  if (address === undefined) {
    throw new CliError('NoAddress', `${name} has no address on this machine yet`, {
      remedy: 'try again in a moment, or see: orlop status',
    })
  }
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}

/** Where this machine reaches a Service of the local Kubernetes: `host:port` by port; empty while it is not there. */
export async function addressesHere(
  folder: string,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(folder, 'gateway.json'), 'utf8')
  const map: { services?: Record<string, Record<string, string>> } = JSON.parse(text)
  return map.services?.[`${namespace}/${name}`] ?? {}
}

async function passwordOf(
  cluster: Pick<Cluster, 'client' | 'local' | 'namespace'>,
  cache: RedisObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const auth = cache.spec?.auth
  if (auth?.disabled === true) return undefined
  const name = auth?.secretName || `${cache.metadata.name}-auth`
  try {
    const secret = await cluster.client.get(
      resources.secrets,
      { namespace: cache.metadata.namespace ?? 'default', name },
      { signal },
    )
    const encoded = secret.data?.['password']
    if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8')
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  throw new CliError('NoPassword', `Secret ${name} with the password is not there`, {
    remedy: 'see: orlop status',
  })
}

/** A URI that redis-cli -u and client libraries take; without one a cache has no password. */
export function uriOf({ host, port, password }: Access): string {
  return password === undefined
    ? `redis://${host}:${port}`
    : `redis://default:${encodeURIComponent(password)}@${host}:${port}`
}
