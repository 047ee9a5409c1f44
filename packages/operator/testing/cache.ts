/** A cache as its user has it, in a run of the fault harness: edits, writes that were acknowledged, and whether all is well. */
import { labels, type RedisObject, redisResource } from '@orlop/api'
import type { Stage } from '@orlop/drydock/testing'
import { isNotFound, type Pod, resources } from '@orlop/kube'
import { type Connection, withConnection } from '@orlop/redis'
import { isSettled } from './world.ts'

export type Spec = Readonly<Record<string, unknown>>

/** What one instance truly is. */
export interface Truth {
  readonly pod: string
  readonly address: string
  readonly role: 'primary' | 'replica'
  readonly follows: string | undefined
  readonly linkUp: boolean
  readonly attached: number
  readonly offset: number
  readonly keys: number
}

const name = 'kv'

export class Cache {
  readonly #stage: Stage
  /** Names of keys whose writes were acknowledged by every instance that there should be. */
  readonly #acknowledged = new Set<string>()
  #wanted = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async apply(spec: Spec): Promise<void> {
    const { client, namespace } = this.#stage
    const object = { apiVersion: 'orlop.dev/v1alpha1', kind: 'Redis', metadata: { namespace, name }, spec }
    await client.apply(redisResource, object, { fieldManager: 'test', force: true })
    this.#wanted = Number(spec['instances'] ?? 1)
  }

  async remove(): Promise<void> {
    await this.#stage.client.delete(redisResource, { namespace: this.#stage.namespace, name })
  }

  async poke(value: string): Promise<void> {
    const where = { namespace: this.#stage.namespace, name }
    const body = { metadata: { annotations: { look: value } } }
    await this.#stage.client.patch(redisResource, where, { type: 'merge', body })
  }

  /** A write by a client who finds the primary by its label. Where there is none the client goes away. */
  async write(key: string): Promise<void> {
    const pods = (await this.pods()).filter((pod) => pod.metadata.labels?.[labels.role] === 'primary')
    for (const pod of pods) {
      const acknowledged = await this.connect(pod, async (redis) => {
        await redis.command(['SET', key, key])
        return Number(await redis.command(['WAIT', String(this.#wanted - 1), '1500'])) >= this.#wanted - 1
      }).catch(() => false)
      if (acknowledged) this.#acknowledged.add(key)
    }
  }

  /** The user gave up what was in memory only. */
  forget(): void {
    this.#acknowledged.clear()
  }

  async killPrimary(): Promise<void> {
    const { namespace, pods } = this.#stage
    const primary = (await this.truth()).find((truth) => truth.role === 'primary')
    if (primary) await pods.kill({ namespace, name: primary.pod })
  }

  async deleteAllPods(): Promise<void> {
    await this.#stage.client.deleteCollection(resources.pods, { namespace: this.#stage.namespace })
  }

  /** What is not yet as it should be with so many instances and these settings. */
  async trouble(
    instances: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<string | undefined> {
    const cache = await this.#get()
    if (!isSettled(cache)) {
      const { metadata, status } = cache
      return `generation ${metadata.generation}, the status says ${JSON.stringify(status)}, the servers ${JSON.stringify(await this.truth())}`
    }
    const pods = await this.pods()
    const names = Array.from({ length: instances }, (_, i) => `${name}-${i}`)
    const have = pods.map((pod) => pod.metadata.name).sort()
    if (String(have) !== String(names)) return `pods ${have}`
    const truth = await this.truth()
    const [primary, second] = truth.filter(({ role }) => role === 'primary')
    if (!primary || second || truth.length < instances) return `roles ${JSON.stringify(truth)}`
    if (primary.pod !== cache.status?.primary)
      return `${primary.pod} serves, the status says ${cache.status?.primary}`
    const where = { namespace: this.#stage.namespace, name: `${name}-config` }
    const record = (await this.#stage.client.get(resources.configMaps, where)).data?.['primary']
    if (record !== primary.pod) return `${primary.pod} serves, the record says ${record}`
    if (primary.attached < instances - 1) return `${primary.attached} attached`
    for (const pod of pods) {
      const wanted = pod.metadata.name === primary.pod ? 'primary' : 'replica'
      const reads = String(wanted === 'replica' || instances === 1)
      const { [labels.role]: role, [labels.reads]: readable } = pod.metadata.labels ?? {}
      if (role !== wanted || readable !== reads)
        return `${pod.metadata.name} is labelled ${role}, reads ${readable}`
      const config = await this.connect(pod, (redis) => redis.configGet('*'))
      for (const [directive, value] of Object.entries(settings))
        if (config[directive] !== value) return `${pod.metadata.name} has ${directive} ${config[directive]}`
    }
    return undefined
  }

  /** Whether the resource and its pods are gone. */
  async remains(): Promise<string | undefined> {
    try {
      await this.#get()
      return 'the resource is there'
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    const pods = await this.pods()
    return pods.length > 0 ? `${pods.length} pods are there` : undefined
  }

  /** Who of the instances lacks what was acknowledged. */
  async missing(): Promise<string[]> {
    const keys = [...this.#acknowledged]
    if (keys.length === 0) return []
    const lacking: string[] = []
    for (const pod of await this.pods()) {
      const values = await this.connect(pod, (redis) => redis.command(['MGET', ...keys]))
      const lost = Array.isArray(values) ? keys.filter((_, i) => values[i] === null) : keys
      lacking.push(...lost.map((key) => `${pod.metadata.name} lacks ${key}`))
    }
    return lacking
  }

  /** What the servers themselves say, asked past all that a test puts in between; those that do not answer are left out. */
  async truth(): Promise<Truth[]> {
    const truths: Truth[] = []
    for (const pod of await this.pods()) {
      const info = await this.connect(pod, (redis) => redis.info()).catch(() => undefined)
      if (!info) continue
      const { replication } = info
      truths.push({
        pod: pod.metadata.name,
        address: `${pod.status?.podIP}:6379`,
        role: replication.role,
        follows: replication.role === 'replica' ? replication.masterHost : undefined,
        linkUp: replication.linkUp,
        attached: replication.connectedReplicas.filter((r) => r.state === 'online').length,
        offset: replication.role === 'replica' ? replication.slaveReplOffset : replication.masterReplOffset,
        keys: info.keys(),
      })
    }
    return truths
  }

  async pods(): Promise<Pod[]> {
    const { client, namespace } = this.#stage
    return (await client.list(resources.pods, { namespace })).items
  }

  async connect<T>(pod: Pod, use: (redis: Connection) => Promise<T>): Promise<T> {
    const { client, namespace } = this.#stage
    const secret = await client.get(resources.secrets, { namespace, name: `${name}-auth` })
    const password = Buffer.from(secret.data?.['password'] ?? '', 'base64').toString()
    return withConnection(
      { host: pod.status?.podIP ?? '', port: 6379, password },
      { commandTimeout: 2500 },
      use,
    )
  }

  #get(): Promise<RedisObject> {
    return this.#stage.client.get(redisResource, { namespace: this.#stage.namespace, name })
  }
}
