import type { ListItem } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, stringAt } from '../object.ts'
import { ApiError, alreadyExists, forbidden, invalid, notFound } from '../status.ts'
import { countsGeneration, strategyFor } from '../strategy.ts'
import { validateMetadata } from '../validation/metadata.ts'
import { store } from './stored.ts'
import { tracked } from './tracked.ts'
import type { UpdateOptions } from './update-object.ts'

/**
 * Creates an object: names it, completes it, checks it, stores it. The object is changed.
 * Throws NotFound (namespace), Forbidden (namespace that is going), AlreadyExists, Invalid, InsufficientStorage.
 */
export function createObject(api: Api, kind: KindInfo, object: ApiObject, options: UpdateOptions): ListItem {
  checkNamespace(api, kind, object)
  if (kind.crd?.metadata.deletionTimestamp !== undefined) throw definitionTerminating()
  const { metadata } = object
  const strategy = strategyFor(kind)
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
  delete metadata.resourceVersion
  if (metadata.name === '' && metadata.generateName !== undefined)
    metadata.name = generatedName(api, metadata.generateName)
  metadata.uid = api.random.uuid()
  metadata.creationTimestamp = timestamp(api.clock.now())
  if (countsGeneration(kind)) metadata.generation = 1
  strategy.defaults?.(object, api)
  // Who owns what is settled before the server adds fields of its own, which nobody owns.
  const next = options.fieldsTracked === true ? object : tracked(api, kind, object, undefined, options)
  strategy.prepareCreate?.(next, api)
  const causes = [...validateMetadata(next, kind), ...(strategy.validate?.(next, undefined, api) ?? [])]
  if (causes.length > 0) throw invalid(kind, metadata.name, causes)
  const there = api.storage.get(kind.storedAs, metadata.namespace ?? '', metadata.name)
  if (there !== undefined)
    throw alreadyExists(kind, metadata.name, there.object.metadata.deletionTimestamp !== undefined)
  return store(api, kind, next, options.dryRun)
}

/** The longest name that still leaves room for the suffix in 63 characters, as `names.SimpleNameGenerator`. */
function generatedName(api: Api, base: string): string {
  return base.slice(0, 58) + api.random.suffix(5)
}

function definitionTerminating(): ApiError {
  const message = 'create not allowed while custom resource definition is terminating'
  return new ApiError(405, 'MethodNotAllowed', message, {})
}

const namespaces = { group: '', plural: 'namespaces', kind: 'Namespace' }

function checkNamespace(api: Api, kind: KindInfo, object: ApiObject): void {
  const name = object.metadata.namespace
  if (!kind.namespaced || name === undefined) return
  const namespace = api.storage.get('/namespaces', '', name)?.object
  if (namespace === undefined) throw notFound(namespaces, name)
  if (
    namespace.metadata.deletionTimestamp === undefined &&
    stringAt(namespace, 'status', 'phase') !== 'Terminating'
  )
    return
  const why = `unable to create new content in namespace ${name} because it is being terminated`
  throw forbidden(kind, object.metadata.name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${name} is being terminated`,
      field: 'metadata.namespace',
    },
  ])
}
