import { apiVersionOf, type KindInfo } from '../kinds.ts'
import type { JsonObject } from '../object.ts'
import {
  deleting,
  deletingAll,
  listing,
  nameInPath,
  namespaceInPath,
  patching,
  pretty,
  writing,
} from './parameters.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** The schemas of a kind, by name. */
export interface KindSchemas {
  readonly object: string
  readonly list: string
}

/** What a subresource takes and gives; those that stream bytes have no schema and are left out. */
const subresources: Readonly<Record<string, { schema?: string; verbs: readonly string[] }>> = {
  status: { verbs: ['get', 'put', 'patch'] },
  scale: { schema: 'io.k8s.api.autoscaling.v1.Scale', verbs: ['get', 'put', 'patch'] },
  eviction: { schema: 'io.k8s.api.policy.v1.Eviction', verbs: ['post'] },
  binding: { schema: 'io.k8s.api.core.v1.Binding', verbs: ['post'] },
  token: { schema: 'io.k8s.api.authentication.v1.TokenRequest', verbs: ['post'] },
  resize: { verbs: ['get', 'put', 'patch'] },
  ephemeralcontainers: { verbs: ['get', 'put', 'patch'] },
}

/** The `paths` of a document for one kind. */
export function pathsOf(kind: KindInfo, schemas: KindSchemas): JsonObject {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`
  const scope = kind.namespaced ? '/namespaces/{namespace}' : ''
  const collection = `${root}${scope}/${kind.plural}`
  const shared = kind.namespaced ? [namespaceInPath, pretty] : [pretty]
  const named = [nameInPath(kind.kind), ...shared]
  const is = (verb: string): boolean => kind.verbs.includes(verb)
  const operation = operationsFor(kind)
  const paths: JsonObject = {
    [collection]: {
      ...(is('list') ? { get: operation('list', schemas.list, listing) } : {}),
      ...(is('create') ? { post: operation('post', schemas.object, writing) } : {}),
      ...(is('deletecollection')
        ? { delete: operation('deletecollection', `${meta}.Status`, deletingAll) }
        : {}),
      parameters: shared,
    },
  }
  if (!is('get')) return paths
  if (kind.namespaced) {
    paths[`${root}/${kind.plural}`] = { get: operation('list', schemas.list, listing), parameters: [pretty] }
  }
  paths[`${collection}/{name}`] = {
    get: operation('get', schemas.object, []),
    ...(is('update') ? { put: operation('put', schemas.object, writing) } : {}),
    ...(is('patch') ? { patch: operation('patch', schemas.object, patching) } : {}),
    ...(is('delete') ? { delete: operation('delete', `${meta}.Status`, deleting) } : {}),
    parameters: named,
  }
  for (const name of kind.subresources) {
    const sub = Object.hasOwn(subresources, name) ? subresources[name] : undefined
    if (sub === undefined) continue
    const operations = sub.verbs.map((verb) => {
      const parameters = verb === 'get' ? [] : verb === 'patch' ? patching : writing
      return [verb, operation(verb, sub.schema ?? schemas.object, parameters)] as const
    })
    paths[`${collection}/{name}/${name}`] = { ...Object.fromEntries(operations), parameters: named }
  }
  return paths
}

function operationsFor(
  kind: KindInfo,
): (action: string, schema: string, parameters: readonly JsonObject[]) => JsonObject {
  const patches = [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    // kubectl takes its presence for the server's word that it can merge lists of this kind.
    ...(kind.crd === undefined ? ['application/strategic-merge-patch+json'] : []),
  ]
  return (action, schema, parameters) => {
    const body = bodyOf(action, schema, patches)
    return {
      description: `${action} ${kind.kind}`,
      operationId: `${action}${operationName(kind)}${schema.slice(schema.lastIndexOf('.') + 1)}`,
      parameters,
      ...(body === undefined ? {} : { requestBody: { content: body } }),
      responses: {
        '200': { description: 'OK', content: content(schema, ['application/json']) },
        '401': { description: 'Unauthorized' },
      },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
    }
  }
}

function bodyOf(action: string, schema: string, patches: readonly string[]): JsonObject | undefined {
  if (action === 'patch') return content(`${meta}.Patch`, patches)
  if (action === 'post' || action === 'put') return content(schema, ['*/*'])
  return action.startsWith('delete') ? content(`${meta}.DeleteOptions`, ['*/*']) : undefined
}

function content(schema: string, types: readonly string[]): JsonObject {
  const media = { schema: { $ref: `#/components/schemas/${schema}` } }
  return Object.fromEntries(types.map((type) => [type, media]))
}

/** `AppsV1StatefulSet`. */
function operationName({ group, version, kind }: KindInfo): string {
  const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)
  return `${capital(group === '' ? 'core' : (group.split('.')[0] ?? ''))}${capital(version)}${kind}`
}
