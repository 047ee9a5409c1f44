import { type KindInfo, qualifiedResource } from '../kinds.ts'
import { type ApiObject, ensureObject, objectsAt } from '../object.ts'

/** Kinds whose status may be written together with labels and annotations: kubelets and controllers do. */
const metadataWithStatus: ReadonlySet<string> = new Set([
  'pods',
  'nodes',
  'persistentvolumeclaims',
  'persistentvolumes',
  'services',
  'namespaces',
  'deployments.apps',
])

/** What of a sent object an endpoint may change; everything else is put back as it was. The object is changed. */
export function keepOutsideOf(subresource: string, kind: KindInfo, object: ApiObject, old: ApiObject): void {
  switch (subresource) {
    case '':
      if (kind.subresources.includes('status')) copyField('status', object, old)
      return
    case 'status': {
      const { status } = object
      const resource = qualifiedResource(kind)
      replaceBy(object, old, metadataWithStatus.has(resource))
      if (resource === 'deployments.apps') keepLabels(object, old)
      if (status === undefined) delete object.status
      else object.status = status
      return
    }
    case 'finalize': {
      const finalizers = ensureObject(object, 'spec').finalizers
      replaceBy(object, old, true)
      ensureObject(object, 'spec').finalizers = finalizers
      return
    }
    case 'ephemeralcontainers': {
      const containers = objectsAt(object, 'spec', 'ephemeralContainers')
      replaceBy(object, old, false)
      ensureObject(object, 'spec').ephemeralContainers = containers
      return
    }
    case 'resize': {
      const asked = objectsAt(object, 'spec', 'containers')
      replaceBy(object, old, false)
      for (const container of objectsAt(object, 'spec', 'containers')) {
        const wanted = asked.find((one) => one.name === container.name)
        if (wanted?.resources !== undefined) container.resources = wanted.resources
        if (wanted?.resizePolicy !== undefined) container.resizePolicy = wanted.resizePolicy
      }
      return
    }
    default:
      // Scale and binding: the server itself made the object from the old one.
      copyField('status', object, old)
  }
}

/** Of a Deployment's metadata only the annotations come with its status. */
function keepLabels({ metadata }: ApiObject, old: ApiObject): void {
  if (old.metadata.labels === undefined) delete metadata.labels
  else metadata.labels = old.metadata.labels
}

function copyField(field: string, object: ApiObject, old: ApiObject): void {
  if (old[field] === undefined) delete object[field]
  else object[field] = structuredClone(old[field])
}

function replaceBy(object: ApiObject, old: ApiObject, withMetadata: boolean): void {
  const { labels, annotations, finalizers, managedFields } = object.metadata
  for (const key of Object.keys(object)) if (!(key in old)) delete object[key]
  for (const key of Object.keys(old)) copyField(key, object, old)
  if (managedFields !== undefined) object.metadata.managedFields = managedFields
  if (!withMetadata) return
  if (labels !== undefined) object.metadata.labels = labels
  if (annotations !== undefined) object.metadata.annotations = annotations
  if (finalizers !== undefined) object.metadata.finalizers = finalizers
}
