/** A cache as its user sees it: what the status says, and what its servers say. */
import { type RedisObject, redisResource } from '@orlop/api'
import { type Pod, resources } from '@orlop/kube'
import { expect } from 'vitest'
import { client, execIn } from './cluster.ts'
import { eventually, type Waiting } from './eventually.ts'
import type { Namespace } from './namespace.ts'
import type { WriterProcess } from './writer.ts'

/** redis-cli or valkey-cli of the container itself, with the password from its file. */
const cli =
  'if [ -r /run/secrets/orlop/password ]; then export REDISCLI_AUTH=$(cat /run/secrets/orlop/password); fi; exec "$ENGINE-cli" "$@"'

export class Cache {
  readonly name: string
  readonly #ns: Namespace

  constructor(ns: Namespace, name: string) {
    this.#ns = ns
    this.name = name
  }

  get(): Promise<RedisObject> {
    return this.#ns.get(redisResource, this.name)
  }

  /** Applies another spec. */
  async change(spec: Record<string, unknown>): Promise<void> {
    await this.#ns.cache(this.name, spec)
  }

  async remove(): Promise<void> {
    await client.delete(redisResource, { namespace: this.#ns.name, name: this.name })
    await eventually(`the pods of ${this.name} are gone`, async () => (await this.pods()).length === 0)
  }

  pods(): Promise<readonly Pod[]> {
    return this.#ns.list(resources.pods, `orlop.dev/redis=${this.name}`)
  }

  /** Waits until it is Ready as written, with all its instances, and nothing is left to be done. */
  ready(waiting?: Waiting): Promise<RedisObject> {
    return this.until('it is Ready with all instances', (cache) => isSettled(cache), waiting)
  }

  until(what: string, so: (cache: RedisObject) => boolean, waiting?: Waiting): Promise<RedisObject> {
    return eventually(
      `${this.name}: ${what}`,
      async () => {
        const cache = await this.get()
        return so(cache) && cache
      },
      { seen: async () => (await this.get()).status, ...waiting },
    )
  }

  async primary(): Promise<string> {
    const { status } = await this.get()
    if (!status?.primary) throw new Error(`${this.name} has no primary: ${status?.phase}`)
    return status.primary
  }

  async replicas(): Promise<readonly string[]> {
    const primary = await this.primary()
    return (await this.pods()).map(({ metadata }) => metadata.name).filter((name) => name !== primary)
  }

  /** Undefined where the resource wants none. */
  async password(): Promise<string | undefined> {
    const { auth } = (await this.get()).spec ?? {}
    if (auth?.disabled === true) return undefined
    const { data } = await this.#ns.get(resources.secrets, auth?.secretName || `${this.name}-auth`)
    return Buffer.from(data?.['password'] ?? '', 'base64').toString()
  }

  /** What an instance answers to a command. */
  async ask(pod: string, ...command: readonly string[]): Promise<string> {
    const { code, output } = await execIn(this.#ns.name, pod, ['sh', '-c', cli, 'cli', ...command])
    if (code !== 0) throw new Error(`${pod}: ${command[0]} ended with ${code}: ${output}`)
    return output
  }

  async roleOf(pod: string): Promise<string> {
    return (await this.ask(pod, 'ROLE')).split('\n')[0] ?? ''
  }

  /** The value of a directive on an instance. */
  async setting(pod: string, name: string): Promise<string> {
    return (await this.ask(pod, 'CONFIG', 'GET', name)).split('\n').slice(1).join('\n')
  }

  /** Ends a writer; nothing that was acknowledged is lost. */
  async lostNothing(writer: WriterProcess): Promise<void> {
    expect(await this.#lost(writer)).toEqual([])
  }

  /**
   * Ends a writer of a cache in memory whose primary was killed: replication is asynchronous, and the write that was in hand may have
   * been acknowledged and not sent on.
   */
  async lostOneAtMost(writer: WriterProcess): Promise<void> {
    expect((await this.#lost(writer)).length).toBeLessThanOrEqual(1)
  }

  async #lost(writer: WriterProcess): Promise<readonly number[]> {
    const { acknowledged, lost, longestGap } = await writer.verify()
    this.#ns.note(`${acknowledged} writes, ${lost.length} lost, longest gap ${longestGap} ms`)
    expect(acknowledged).toBeGreaterThan(0)
    return lost
  }
}

/** What the status says of a condition: its value and its reason. */
export function condition(
  { status }: RedisObject,
  type: string,
): { status: string; reason: string; message: string } {
  const found = status?.conditions?.find((c) => c.type === type)
  return { status: found?.status ?? '', reason: found?.reason ?? '', message: found?.message ?? '' }
}

function isSettled(cache: RedisObject): boolean {
  const { metadata, spec, status } = cache
  const wanted = typeof spec === 'object' && spec !== null && 'instances' in spec ? spec.instances : 1
  return (
    status?.observedGeneration === metadata.generation &&
    condition(cache, 'Ready').status === 'True' &&
    condition(cache, 'Progressing').status === 'False' &&
    status?.readyInstances === wanted &&
    status?.currentInstances === wanted
  )
}
