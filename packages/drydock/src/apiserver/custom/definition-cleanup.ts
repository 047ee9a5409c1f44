import { type Api, timestamp } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, ensureObject, objectsAt } from '../object.ts'
import { crdResource } from '../registry.ts'
import { deleteObject } from '../writes/delete-object.ts'
import { updateObject } from '../writes/update-object.ts'
import { cleanupFinalizer, isTerminating } from './cleanup-finalizer.ts'

/**
 * Deletes the objects of definitions that are being deleted, and lets the definition go after the last of them. Objects
 * with finalizers of their own keep it until their controllers are done.
 */
export class DefinitionCleanup {
  readonly #api: Api
  /** Definitions being deleted, and how to stop watching their objects. */
  readonly #watched = new Map<string, () => void>()
  #scheduled = false

  constructor(api: Api) {
    this.#api = api
  }

  /** Also finishes what an earlier run of the server began. */
  start(): void {
    this.#api.storage.subscribe(crdResource, ({ record }) => {
      if (record.object.metadata.deletionTimestamp !== undefined) this.#soon()
    })
    this.#soon()
  }

  /** Later, because a write from within a listener would overtake the event it is told of. */
  #soon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (!this.#api.closing.aborted) this.#clean()
    })
  }

  #clean(): void {
    for (const { object } of this.#api.storage.list(crdResource)) {
      if (object.metadata.deletionTimestamp === undefined) continue
      try {
        this.#cleanOne(object)
      } catch (error) {
        this.#api.log.warn(
          { err: error, name: object.metadata.name },
          'objects of a definition were not deleted',
        )
      }
    }
  }

  #cleanOne(definition: ApiObject): void {
    const kind = this.#api.registry.kinds.find(({ crd }) => crd?.metadata.uid === definition.metadata.uid)
    const left = kind === undefined ? [] : this.#api.storage.list(kind.storedAs)
    if (kind === undefined || left.length === 0) {
      this.#release(definition)
      return
    }
    if (!this.#watched.has(kind.storedAs)) {
      this.#watched.set(
        kind.storedAs,
        this.#api.storage.subscribe(kind.storedAs, () => this.#soon()),
      )
    }
    this.#announce(definition)
    for (const { object } of left) this.#delete(kind, object)
  }

  /** No new objects from here on: see `customStrategy`. */
  #announce(definition: ApiObject): void {
    const kind = this.#api.registry.resolveKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')
    if (kind === undefined || isTerminating(definition)) return
    const object = structuredClone(definition)
    const status = ensureObject(object, 'status')
    const condition = {
      type: 'Terminating',
      status: 'True',
      lastTransitionTime: timestamp(this.#api.clock.now()),
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    }
    status.conditions = [...objectsAt(status, 'conditions'), condition]
    const options = { dryRun: false, manager: 'drydock', subresource: 'status', fieldsTracked: true }
    updateObject(this.#api, kind, definition, object, options)
  }

  #delete(kind: KindInfo, object: ApiObject): void {
    if (object.metadata.deletionTimestamp === undefined)
      deleteObject(this.#api, kind, object, { dryRun: false })
  }

  #release(definition: ApiObject): void {
    const kind = this.#api.registry.resolveKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')
    if (kind === undefined || !(definition.metadata.finalizers ?? []).includes(cleanupFinalizer)) return
    const object = structuredClone(definition)
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer)
    object.metadata.finalizers = finalizers
    const options = { dryRun: false, manager: 'drydock', subresource: '', fieldsTracked: true }
    updateObject(this.#api, kind, definition, object, options)
    for (const [resource, stop] of this.#watched) {
      if (!this.#api.registry.kinds.some(({ storedAs }) => storedAs === resource)) {
        stop()
        this.#watched.delete(resource)
      }
    }
  }
}
