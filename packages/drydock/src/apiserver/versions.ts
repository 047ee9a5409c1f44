import type { ListItem } from './answer.ts'
import { autoscalerFromV1, autoscalerToV1 } from './autoscaler/autoscaler-versions.ts'
import { crdSchemaOf } from './custom/custom-schema.ts'
import { apiVersionOf, type KindInfo } from './kinds.ts'
import { type ApiObject, isApiObject, type JsonObject, objectsAt } from './object.ts'

/** Fields of an Event in the group events.k8s.io, and what the core group calls them. */
const eventFields: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
  ['reportingController', 'reportingComponent'],
]
const eventFieldsBack = eventFields.map(([ours, theirs]): readonly [string, string] => [theirs, ours])

/** The object as it is stored: Events as core/v1, autoscalers as autoscaling/v2, custom objects in the storage version of their definition. */
export function toStorage(object: ApiObject, kind: KindInfo): ApiObject {
  if (kind.group === 'events.k8s.io') return { ...renamed(object, eventFields), ...head(object, 'v1') }
  if (kind.version === kind.storageVersion) return object
  if (isOldAutoscaler(kind)) return autoscalerFromV1(object)
  return { ...object, apiVersion: apiVersionOf({ group: kind.group, version: kind.storageVersion }) }
}

/**
 * A stored object in the version that was asked for. Versions of custom kinds differ in nothing but their schemas: conversion
 * by webhook is not offered.
 */
export function fromStorage(object: ApiObject, kind: KindInfo): ApiObject {
  const apiVersion = apiVersionOf(kind)
  if (kind.crd !== undefined) return customFromStorage(object, kind)
  if (object.apiVersion === apiVersion) return object
  if (isOldAutoscaler(kind)) return autoscalerToV1(object)
  if (kind.group !== 'events.k8s.io') return { ...object, apiVersion }
  return { ...renamed(object, eventFieldsBack), ...head(object, apiVersion) }
}

/** The same for what is sent: the stored text is used as it is wherever it can be, without parsing it. */
export function present(stored: ListItem, kind: KindInfo): ListItem {
  const asIs = kind.crd === undefined || isUpToDate(stored, kind)
  if (asIs && stored.json.startsWith(`{"apiVersion":${JSON.stringify(apiVersionOf(kind))},`)) return stored
  const object = fromStorage(stored.object, kind)
  return { object, json: JSON.stringify(object) }
}

/**
 * Defaults that were added since are filled in, and fields that went are left out, by the schema of the version that was stored;
 * then what the version asked for does not have is left out, too.
 */
function customFromStorage(object: ApiObject, kind: KindInfo): ApiObject {
  const apiVersion = apiVersionOf(kind)
  if (object.apiVersion === apiVersion && isUpToDate({ object }, kind)) return object
  const stored = crdSchemaOf({ ...kind, version: object.apiVersion.replace(/^.*\//, '') })
  const read = stored === undefined ? object : stored.applyDefaults(stored.prune(object))
  const asked = object.apiVersion === apiVersion ? read : crdSchemaOf(kind)?.prune({ ...read, apiVersion })
  return isApiObject(asked) ? asked : { ...object, apiVersion }
}

/** Whether an object was written since its definition was, and so is as that says. Of several versions each may have written it. */
function isUpToDate(stored: { object: ApiObject } | { revision: number }, { crd }: KindInfo): boolean {
  if (objectsAt(crd, 'spec', 'versions').length !== 1) return false
  const revision = 'revision' in stored ? stored.revision : Number(stored.object.metadata.resourceVersion)
  return revision > Number(crd?.metadata.resourceVersion)
}

function isOldAutoscaler({ group, version }: KindInfo): boolean {
  return group === 'autoscaling' && version === 'v1'
}

function head(object: ApiObject, apiVersion: string): ApiObject {
  return { apiVersion, kind: object.kind, metadata: object.metadata }
}

function renamed(object: JsonObject, names: readonly (readonly [string, string])[]): JsonObject {
  const { apiVersion, kind, metadata, ...result } = object
  for (const [from, to] of names) {
    if (result[from] === undefined) continue
    result[to] = result[from]
    delete result[from]
  }
  return { apiVersion, kind, metadata, ...result }
}
