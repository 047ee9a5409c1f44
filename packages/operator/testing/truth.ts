/** Which writes of the operator do harm, by what the servers truly are when it makes them. */
import type { Write } from '@orlop/drydock/testing'
import type { Cache, Truth } from './cache.ts'

/** Why the write must not be made; undefined for one that may. */
export async function harmOf(cache: Cache, write: Write): Promise<string | undefined> {
  if (write.to === 'server') {
    const [command, second] = write.exchange.command
    if (command !== 'REPLICAOF') return undefined
    const truths = await cache.truth()
    const own = truths.find(({ address }) => address === write.exchange.to)
    if (!own) return undefined
    return second === 'NO' ? harmOfPromotion(own, truths) : harmOfFollowing(own, String(second), truths)
  }
  if (write.verb === 'delete' && write.plural === 'pods') {
    const own = (await cache.truth()).find(({ pod }) => pod === write.name)
    return own?.role === 'primary' && own.attached > 0
      ? `${own.pod} serves, with ${own.attached} replicas that it did not hand over to`
      : undefined
  }
  if (write.verb === 'apply' && write.plural === 'statefulsets') {
    const replicas = replicasOf(write.body)
    const primary = (await cache.truth()).find(({ role }) => role === 'primary')
    const goes = primary && replicas !== undefined && Number(primary.pod.split('-').at(-1)) >= replicas
    return goes ? `${primary.pod} serves and is taken away` : undefined
  }
  return undefined
}

function harmOfPromotion(own: Truth, truths: readonly Truth[]): string | undefined {
  const other = truths.find((t) => t !== own && t.role === 'primary')
  if (other) return `${own.pod} is made a primary while ${other.pod} is one`
  const fuller = truths.find((t) => t.keys > 0 && own.keys === 0)
  return fuller && `${own.pod} is empty and is made the primary, ${fuller.pod} has ${fuller.keys} keys`
}

function harmOfFollowing(own: Truth, host: string, truths: readonly Truth[]): string | undefined {
  const to = truths.find(({ pod }) => host.startsWith(`${pod}.`))
  if (to?.role === 'primary') {
    return to.keys === 0 && own.keys > 0
      ? `${own.pod} has ${own.keys} keys and follows ${to.pod}, which is empty`
      : undefined
  }
  return own.role === 'primary'
    ? `${own.pod} serves and is made to follow ${host}, which is no primary`
    : undefined
}

function replicasOf(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null || !('spec' in body)) return undefined
  const { spec } = body
  return typeof spec === 'object' && spec !== null && 'replicas' in spec ? Number(spec.replicas) : undefined
}
