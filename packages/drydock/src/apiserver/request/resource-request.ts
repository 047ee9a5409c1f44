import type { KindInfo } from '../kinds.ts'
import type { Registry } from '../registry.ts'
import { badRequest, methodNotAllowed, noSuchResource, notFound } from '../status.ts'

export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'connect'

/** A request for objects, understood. */
export interface ResourceRequest {
  readonly verb: Verb
  readonly method: string
  readonly kind: KindInfo
  /** Undefined for cluster-scoped kinds and for all namespaces. */
  readonly namespace: string | undefined
  /** '' for the collection. */
  readonly name: string
  /** '' for the object itself. */
  readonly subresource: string
  readonly query: URLSearchParams
  readonly body: unknown
  readonly contentType: string
  readonly userAgent: string
  /** The bearer token that it came with. */
  readonly token: string
  /** Tells the client something by a `Warning` header. */
  readonly warn: (text: string) => void
  /** Aborts when the client has gone or the server closes. */
  readonly signal: AbortSignal
}

/** Where in the API a path points. */
export type ResourcePath = Pick<ResourceRequest, 'kind' | 'namespace' | 'name' | 'subresource'> & {
  /** What follows the subresource; only proxies have it. */
  rest: string
  /** Of the deprecated paths that say `/watch/` before the rest. */
  watching: boolean
}

const connecting = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])

/**
 * Reads `/api/v1/namespaces/NS/pods/NAME/log` and its like. Undefined when it is no path of an object; throws NotFound
 * for a resource or subresource that does not exist.
 */
export function parseResourcePath(path: string, registry: Registry): ResourcePath | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent)
  const [root, ...afterRoot] = parts
  if (root !== 'api' && root !== 'apis') return undefined
  const [group, version, ...after] = root === 'api' ? ['', ...afterRoot] : afterRoot
  const watching = after[0] === 'watch' && after.length > 1
  const rest = watching ? after.slice(1) : after
  if (group === undefined || version === undefined || rest.length === 0 || rest[0] === '') return undefined

  const scoped = rest[0] === 'namespaces' && rest.length > 2 && !isNamespaceSubresource(group, rest)
  const [plural = '', name = '', subresource = '', ...tail] = scoped ? rest.slice(2) : rest
  const kind = registry.resolve(group, version, plural)
  if (kind === undefined && !registry.isBuiltIn(group)) return undefined
  if (kind === undefined || (scoped && !kind.namespaced)) throw noSuchResource()
  if (subresource !== '' && !kind.subresources.includes(subresource))
    throw kind.crd === undefined ? noSuchResource() : notFound(kind, name)
  // Without a namespace in the path one can look at all of them, but not at one object.
  if (name !== '' && kind.namespaced && !scoped) throw noSuchResource()
  return { kind, namespace: scoped ? rest[1] : undefined, name, subresource, rest: tail.join('/'), watching }
}

function isNamespaceSubresource(group: string, rest: readonly string[]): boolean {
  return group === '' && rest.length === 3 && (rest[2] === 'status' || rest[2] === 'finalize')
}

/** The verb that a method on a path means; throws MethodNotAllowed. */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): Verb {
  if (connecting.has(path.subresource)) return 'connect'
  const collection = path.name === ''
  if (collection && path.kind.crd !== undefined && (method === 'PUT' || method === 'PATCH'))
    throw badRequest('name must be provided')
  // What is only ever posted has no objects.
  if (!collection && path.subresource === '' && path.kind.verbs.every((one) => one === 'create'))
    throw noSuchResource()
  if (path.watching && method === 'GET') return 'watch'
  const verb = collection ? collectionVerb(method, query) : objectVerb(method, path, query)
  if (verb === undefined) throw methodNotAllowed()
  if (path.subresource === '' && !path.kind.verbs.includes(verb)) throw methodNotAllowed()
  // What is to be changed is in one namespace; only to look one may leave it out.
  const homeless = path.kind.namespaced && path.namespace === undefined
  if (homeless && (verb === 'create' || verb === 'deletecollection') && path.kind.crd === undefined)
    throw methodNotAllowed()
  return verb
}

function collectionVerb(method: string, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
      return isTrue(query.get('watch')) ? 'watch' : 'list'
    case 'POST':
      return 'create'
    case 'DELETE':
      return 'deletecollection'
    default:
      return undefined
  }
}

/** Subresources that take what is posted to them. */
const postable: ReadonlySet<string> = new Set(['binding', 'eviction', 'token'])

function objectVerb(method: string, path: ResourcePath, query: URLSearchParams): Verb | undefined {
  if (postable.has(path.subresource)) return method === 'POST' ? 'create' : undefined
  switch (method) {
    case 'GET':
      return isTrue(query.get('watch')) ? 'watch' : 'get'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return path.subresource === '' ? 'delete' : undefined
    default:
      return undefined
  }
}

/** How Go reads a boolean of a query. */
export function isTrue(text: string | null | undefined): boolean {
  return text === '' || text === 'true' || text === '1' || text === 't' || text === 'True' || text === 'TRUE'
}
