import type { JsonObject } from '../object.ts'

function query(name: string, type: 'string' | 'integer' | 'boolean', description: string): JsonObject {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } }
}

function inPath(name: string, description: string): JsonObject {
  return { name, in: 'path', required: true, description, schema: { type: 'string', uniqueItems: true } }
}

export const pretty: JsonObject = query('pretty', 'string', "If 'true', then the output is pretty printed.")
export const namespaceInPath: JsonObject = inPath(
  'namespace',
  'object name and auth scope, such as for teams and projects',
)
export function nameInPath(kind: string): JsonObject {
  return inPath('name', `name of the ${kind}`)
}

const dryRun = query(
  'dryRun',
  'string',
  'When present, indicates that modifications should not be persisted. Valid values are: All',
)
const fieldManager = query(
  'fieldManager',
  'string',
  'The name associated with the actor that is making these changes.',
)
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What the server does about objects with unknown or duplicate fields: Ignore, Warn or Strict.',
)

/** Of create and update; kubectl looks here whether the server validates fields. */
export const writing: readonly JsonObject[] = [dryRun, fieldManager, fieldValidation]
export const patching: readonly JsonObject[] = [
  ...writing,
  query('force', 'boolean', 'Take fields from other managers. Only for apply patches.'),
]

const selecting = [
  query('labelSelector', 'string', 'Restricts the list by labels. Defaults to everything.'),
  query('fieldSelector', 'string', 'Restricts the list by fields. Defaults to everything.'),
  query('limit', 'integer', 'The most items to answer at once; the answer says how to continue.'),
  query('continue', 'string', 'Continues a list that was answered in part.'),
  query('resourceVersion', 'string', 'The version that the answer is to be of, or not older than.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('timeoutSeconds', 'integer', 'Limits how long the call lasts.'),
]
export const listing: readonly JsonObject[] = [
  ...selecting,
  query('watch', 'boolean', 'Watch for changes and answer them as a stream.'),
  query('allowWatchBookmarks', 'boolean', 'Asks for events of type BOOKMARK.'),
  query('sendInitialEvents', 'boolean', 'Begin a watch with the objects there are.'),
]

const deletion = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'How long before the object is deleted; zero is at once.'),
  query('propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
]
export const deleting: readonly JsonObject[] = deletion
export const deletingAll: readonly JsonObject[] = [...deletion, ...selecting]
