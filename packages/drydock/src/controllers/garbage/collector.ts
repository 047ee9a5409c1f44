/** The garbage collector: owner references, foreground deletion and orphaning, for every kind there is. */
import {
  apiVersionOf,
  type Change,
  type EventRecorder,
  KubeError,
  type KubeObject,
  type OwnerReference,
  type Resource,
  resources,
  type Source,
  withoutFinalizer,
} from '@orlop/kube'
import { find } from '../careful-writes.ts'
import { type ControllerContext, recorder, register } from '../context.ts'
import { decide, type OwnerState, type Verdict } from './decide.ts'
import { FOREGROUND, Graph, type Item, itemOf, ORPHAN } from './graph.ts'
import { KindWatch } from './kinds.ts'

export function garbageCollector(context: ControllerContext): void {
  const collector = new Collector(context)
  const definitions = context.manager.reflector(resources.customResourceDefinitions)
  definitions.subscribe(() => collector.kinds.refresh())
  register(context, {
    name: 'garbage-collector',
    workers: 8,
    reconcile: async ({ name }, signal) => {
      await collector.process(name, signal)
    },
    sources: [collector.source()],
  })
  context.beside((signal) => collector.kinds.run(signal))
}

class Collector {
  readonly kinds: KindWatch
  readonly #context: ControllerContext
  readonly #events: EventRecorder
  readonly #graph = new Graph()
  readonly #early = new Set<string>()
  #add: (uid: string) => void = (uid) => this.#early.add(uid)

  constructor(context: ControllerContext) {
    this.#context = context
    this.#events = recorder(context, 'garbage-collector-controller')
    const { client, log, clock, random } = context
    this.kinds = new KindWatch({
      client,
      log,
      clock,
      random,
      changed: (resource, change) => this.#see(resource, change),
      gone: (resource) => this.#forget(resource),
    })
  }

  source(): Source {
    return {
      start: (add) => {
        this.#add = add
        for (const uid of this.#early) add(uid)
        return () => {
          this.#add = () => {}
        }
      },
      synced: (signal) => this.kinds.synced(signal),
    }
  }

  async process(uid: string, signal: AbortSignal): Promise<void> {
    const item = this.#graph.get(uid)
    if (item === undefined) return
    const dependents = this.#graph.dependentsOf(uid)
    const verdict = await decide(item, dependents, (owner) => this.#stateOf(item, owner, signal))
    if (verdict.kind === 'nothing') return
    // The graph may be behind: what is done is done to what the server has now.
    const live = await find(this.#context.client, item.resource, item, signal)
    if (live?.metadata.uid !== uid) return
    await this.#carryOut(item, live, verdict, signal)
  }

  async #carryOut(item: Item, live: KubeObject, verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { client, log } = this.#context
    const { resource, uid, name, namespace } = item
    switch (verdict.kind) {
      case 'nothing':
        return
      case 'disown':
        return this.#patch(resource, live, { ownerReferences: orNull(verdict.keep) }, signal)
      case 'orphan':
        for (const dependent of verdict.dependents) await this.#disown(dependent, uid, signal)
        return this.#release(resource, live, ORPHAN, signal)
      case 'finish':
        return this.#release(resource, live, FOREGROUND, signal)
      case 'delete': {
        // An owner may have been added since.
        if (JSON.stringify(live.metadata.ownerReferences ?? []) !== JSON.stringify(item.owners)) {
          throw new KubeError('Conflict', `the owners of ${name} have changed`)
        }
        log.info(
          { kind: resource.kind, namespace, name, reason: 'OwnerGone', policy: verdict.policy },
          'deleting',
        )
        const preconditions = { uid, resourceVersion: live.metadata.resourceVersion }
        await client.delete(resource, item, { preconditions, propagationPolicy: verdict.policy, signal })
      }
    }
  }

  async #stateOf(item: Item, owner: OwnerReference, signal: AbortSignal): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid)
    if (known !== undefined) {
      if (known.namespace === '' || known.namespace === item.namespace) return stateOf(known)
      // A namespaced object owns nothing outside its namespace, whatever the reference says; nor can anything
      // without a namespace be told to be gone by one that has.
      this.#misplaced(item, owner)
      return item.namespace === '' ? 'solid' : 'absent'
    }
    const resource = this.kinds.find(owner.apiVersion, owner.kind)
    if (resource === undefined) {
      this.kinds.refresh()
      throw new KubeError('Conflict', `the owner's kind ${owner.apiVersion} ${owner.kind} is not served`)
    }
    if (resource.namespaced && item.namespace === '') return 'solid'
    const where = { name: owner.name, ...(resource.namespaced ? { namespace: item.namespace } : {}) }
    const live = await find(this.#context.client, resource, where, signal)
    return live?.metadata.uid === owner.uid ? stateOf(itemOf(resource, live)) : 'absent'
  }

  #misplaced(
    { resource, namespace, name, uid }: Item,
    { apiVersion, kind, name: of, uid: its }: OwnerReference,
  ): void {
    const metadata = { name, uid, ...(namespace === '' ? {} : { namespace }) }
    const where = namespace === '' ? '' : `namespace: ${namespace}, `
    const owner = `[${apiVersion}/${kind}, ${where}name: ${of}, uid: ${its}]`
    const note = `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`
    const about = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata }
    this.#events.record(about, { type: 'Warning', reason: 'OwnerRefInvalidNamespace', note })
  }

  async #disown(dependent: Item, ownerUid: string, signal: AbortSignal): Promise<void> {
    const live = await find(this.#context.client, dependent.resource, dependent, signal)
    if (live?.metadata.uid !== dependent.uid) return
    const present = live.metadata.ownerReferences ?? []
    const ownerReferences = present.filter((owner) => owner.uid !== ownerUid)
    if (ownerReferences.length === present.length) return
    await this.#patch(dependent.resource, live, { ownerReferences: orNull(ownerReferences) }, signal)
  }

  async #release(
    resource: Resource,
    live: KubeObject,
    finalizer: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { metadata } = withoutFinalizer(live, finalizer)
    await this.#patch(resource, live, { finalizers: orNull(metadata.finalizers ?? []) }, signal)
  }

  async #patch(resource: Resource, live: KubeObject, metadata: object, signal: AbortSignal): Promise<void> {
    const { uid, resourceVersion, name, namespace } = live.metadata
    const body = { metadata: { uid, resourceVersion, ...metadata } }
    await this.#context.client.patch(resource, { name, namespace }, { type: 'merge', body }, { signal })
  }

  #see(resource: Resource, { type, object, old }: Change<KubeObject>): void {
    const item = itemOf(resource, object)
    const affected = type === 'deleted' ? this.#graph.remove(item.uid) : this.#graph.put(item)
    // Deleted and made again between two looks: one change, but another object.
    const before = old?.metadata.uid ?? item.uid
    if (before !== item.uid) affected.push(...this.#graph.remove(before))
    for (const uid of affected) this.#add(uid)
  }

  #forget(gone: Resource): void {
    for (const { uid } of this.#graph.ofKind((resource) => resource === gone)) this.#graph.remove(uid)
  }
}

/** A list that would be empty is taken away, as Go does with `omitempty`. */
const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list)

function stateOf({ deleting, foreground }: Item): OwnerState {
  return deleting && foreground ? 'waiting' : 'solid'
}
