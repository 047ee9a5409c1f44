import type { Answer } from './answer.ts'
import type { Api } from './api.ts'
import { resourceMetrics } from './metrics/resource-metrics.ts'
import type { ResourceRequest } from './request/resource-request.ts'
import { methodNotAllowed } from './status.ts'
import { bind } from './subresources/binding.ts'
import { evict } from './subresources/eviction.ts'
import { proxyToKubelet } from './subresources/kubelet-proxy.ts'
import { review } from './subresources/reviews.ts'
import { scale } from './subresources/scale.ts'
import { requestToken } from './subresources/token.ts'
import { patch } from './verbs/patch.ts'
import { get, list } from './verbs/read.ts'
import { watch } from './verbs/watch.ts'
import { create, remove, removeCollection, update } from './verbs/write.ts'

type Handler = (api: Api, request: ResourceRequest) => Answer | Promise<Answer>

const verbs: Readonly<Record<ResourceRequest['verb'], Handler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
  connect: proxyToKubelet,
}

/** What is posted to a subresource or posted without being stored. */
const posted: Readonly<Record<string, Handler>> = { eviction: evict, binding: bind, token: requestToken }

const reviews: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io'])
const writing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

function handlerFor({ verb, kind, subresource }: ResourceRequest): Handler {
  if (subresource === 'scale') return scale
  if (kind.group === 'metrics.k8s.io') return resourceMetrics
  if (verb !== 'create') return verbs[verb]
  if (subresource !== '') {
    const handler = posted[subresource]
    if (handler === undefined) throw methodNotAllowed()
    return handler
  }
  if (reviews.has(kind.group)) return review
  return kind.storedAs === '/bindings' ? bind : create
}

/** Turns requests into answers; counts the writes, for tests that stop the world at the n-th. */
export class Dispatcher {
  readonly #api: Api
  #writes = 0

  constructor(api: Api) {
    this.#api = api
  }

  /** Throws `ApiError`. */
  async answer(request: ResourceRequest): Promise<Answer> {
    if (writing.has(request.verb) && !reviews.has(request.kind.group)) {
      this.#writes += 1
      await this.#api.hooks.onWrite?.(this.#writes, request)
    }
    return handlerFor(request)(this.#api, request)
  }
}
