/** A namespace of one test: what is made in it, asked of it, and runs beside it. */
import { type RedisObject, redisResource } from '@orlop/api'
import { isNotFound, type KubeObject, type Pod, type Resource, resources, type Service } from '@orlop/kube'
import type { Address } from '../client/connection.ts'
import { run } from '../targets/command.ts'
import { Cache } from './cache.ts'
import { client, kubectl, target } from './cluster.ts'
import { eventually, type Waiting } from './eventually.ts'
import { type Burner, environmentOf, startBurner, startWriter, type WriterProcess } from './writer.ts'

export class Namespace {
  readonly name: string
  readonly note: (text: string) => void
  readonly #writers: WriterProcess[] = []
  readonly #burners: Burner[] = []

  constructor(name: string, note: (text: string) => void) {
    this.name = name
    this.note = note
  }

  /** Another namespace, which somebody else made and removes. */
  beside(name: string): Namespace {
    return new Namespace(name, this.note)
  }

  /** Applies a cache as its user would write it; the spec replaces the one before. */
  async cache(name: string, spec: Record<string, unknown>): Promise<Cache> {
    const object: RedisObject = {
      apiVersion: 'orlop.dev/v1alpha1',
      kind: 'Redis',
      metadata: { namespace: this.name, name },
      spec,
    }
    await client.apply(redisResource, object, { fieldManager: 'e2e', force: true })
    return new Cache(this, name)
  }

  async apply<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    const placed = { ...object, metadata: { ...object.metadata, namespace: this.name } }
    return await client.apply(resource, placed, { fieldManager: 'e2e', force: true })
  }

  get<T extends KubeObject>(resource: Resource<T>, name: string): Promise<T> {
    return client.get(resource, { namespace: this.name, name })
  }

  async list<T extends KubeObject>(resource: Resource<T>, labelSelector?: string): Promise<readonly T[]> {
    const { items } = await client.list(resource, {
      namespace: this.name,
      ...(labelSelector ? { labelSelector } : {}),
    })
    return items
  }

  pod(name: string): Promise<Pod> {
    return this.get(resources.pods, name)
  }

  /** Deletes a pod; by force means that nobody waits for its end. */
  async deletePod(name: string, how: 'gracefully' | 'by force' = 'gracefully'): Promise<void> {
    const grace = how === 'by force' ? { gracePeriodSeconds: 0 } : {}
    await client.delete(resources.pods, { namespace: this.name, name }, grace)
  }

  /** Waits until a pod of this name is another one than `uid`, and ready. */
  replaced(name: string, uid: string | undefined, waiting?: Waiting): Promise<Pod> {
    return eventually(
      `${name} is another pod, and ready`,
      async () => {
        const pod = await this.pod(name)
        const ready = pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
        return pod.metadata.uid !== uid && ready === true && pod
      },
      { seen: () => this.pod(name).then(({ metadata, status }) => ({ metadata, status })), ...waiting },
    )
  }

  async isGone(resource: Resource, name: string): Promise<boolean> {
    try {
      await this.get(resource, name)
      return false
    } catch (error) {
      if (isNotFound(error)) return true
      throw error
    }
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return kubectl(['--namespace', this.name, ...args])
  }

  async reasons(): Promise<readonly string[]> {
    return (await this.list(resources.events)).map(({ reason }) => reason ?? '')
  }

  /** A client that keeps writing to a cache, by its Service, until the test ends or says so. */
  async writer(cache: Cache): Promise<WriterProcess> {
    const writer = startWriter(target.inside, await this.#addressOf(cache), cache.name)
    this.#writers.push(writer)
    await writer.writes()
    return writer
  }

  /** Keeps the primary busy until the test ends. */
  async burn(cache: Cache): Promise<void> {
    this.#burners.push(startBurner(target.inside, await this.#addressOf(cache)))
  }

  async #addressOf(cache: Cache): Promise<Address> {
    const password = await cache.password()
    return { host: `${cache.name}.${this.name}.svc.cluster.local`, port: 6379, password }
  }

  /** What the client says that asks once from outside of the cluster. */
  async pingFromOutside(service: Service, password: string | undefined): Promise<string> {
    const { metadata, spec, status } = service
    const address = await target.addressOutside(
      {
        namespace: this.name,
        name: metadata.name,
        type: spec?.type ?? '',
        nodePort: spec?.ports?.[0]?.nodePort,
        ingress: status?.loadBalancer?.ingress?.[0]?.ip,
      },
      6379,
    )
    if (address === undefined)
      throw new Error(`${metadata.name} has no address outside: ${JSON.stringify(status)}`)
    const env = environmentOf({ ...address, password })
    return await run([...target.outside, process.execPath, 'e2e/client/main.ts', 'ping'], { env })
  }

  /** Ends what runs beside the namespace. */
  async close(): Promise<void> {
    for (const one of [...this.#writers, ...this.#burners]) await one.stop()
  }
}
