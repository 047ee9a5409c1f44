import { type KindInfo, qualifiedResource } from '../kinds.ts'
import { type ApiObject, stringAt, valueAt } from '../object.ts'
import { badRequest } from '../status.ts'

export type FieldMatcher = (object: ApiObject) => boolean

/** Fields that can be selected besides the name and namespace, by resource: as in the real server's strategies. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.events.k8s.io': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reason',
    'reportingController',
    'type',
  ],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  'jobs.batch': ['status.successful'],
  replicationcontrollers: ['status.replicas'],
}

/** Parses `a=b,c!=d` for a kind. Throws BadRequest for a field that the kind cannot be selected by. */
export function parseFieldSelector(text: string, kind: KindInfo): FieldMatcher {
  const terms = text
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term)
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
      const field = match[1] ?? ''
      if (!isSelectable(field, kind)) throw badRequest(unselectable(field, kind))
      return { path: pathOf(field, kind), equal: match[2] !== '!=', value: match[3] ?? '' }
    })
  return (object) => terms.every(({ path, equal, value }) => (textAt(object, path) === value) === equal)
}

/** Kinds with selectable fields of their own refuse in words of their own. */
function unselectable(field: string, kind: KindInfo): string {
  const resource = qualifiedResource(kind)
  if (resource === 'jobs.batch') return `field label ${JSON.stringify(field)} not supported for Job`
  if (kind.crd !== undefined || selectable[resource] !== undefined)
    return `field label not supported: ${field}`
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
}

/** Where the value of a selectable field stands. */
function pathOf(field: string, kind: KindInfo): string[] {
  return field === 'source' && kind.plural === 'events' ? ['source', 'component'] : field.split('.')
}

function isSelectable(field: string, kind: KindInfo): boolean {
  if (field === 'metadata.name') return true
  if (field === 'metadata.namespace') return kind.namespaced
  if (selectable[qualifiedResource(kind)]?.includes(field)) return true
  const versions = valueAt(kind.crd, 'spec', 'versions')
  if (!Array.isArray(versions)) return false
  const version: unknown = versions.find((candidate) => stringAt(candidate, 'name') === kind.version)
  const fields = valueAt(version, 'selectableFields')
  return Array.isArray(fields) && fields.some((entry) => stringAt(entry, 'jsonPath') === `.${field}`)
}

/** Values are compared as text; a missing one counts as empty, and a missing boolean as false. */
function textAt(object: ApiObject, path: readonly string[]): string {
  const value = valueAt(object, ...path)
  if (value === undefined || value === null)
    return path.at(-1) === 'unschedulable' || path.at(-1) === 'hostNetwork' ? 'false' : ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
