import type { Answer } from './answer.ts'
import type { Api } from './api.ts'
import type { ResourceRequest } from './request/resource-request.ts'
import { methodNotAllowed } from './status.ts'
import { patch } from './verbs/patch.ts'
import { get, list } from './verbs/read.ts'
import { watch } from './verbs/watch.ts'
import { create, remove, removeCollection, update } from './verbs/write.ts'

/** Which verbs change something. */
const writing = new Set<ResourceRequest['verb']>(['create', 'update', 'patch', 'delete', 'deletecollection'])

/** Turns requests into answers; counts the writes, for tests that stop the world at the n-th. */
export class Dispatcher {
  readonly #api: Api
  #writes = 0

  constructor(api: Api) {
    this.#api = api
  }

  /** Throws `ApiError`. */
  async answer(request: ResourceRequest): Promise<Answer> {
    if (writing.has(request.verb)) {
      this.#writes += 1
      await this.#api.hooks.onWrite?.(this.#writes, request)
    }
    return this.#verb(request)
  }

  #verb(request: ResourceRequest): Answer {
    const api = this.#api
    switch (request.verb) {
      case 'get':
        return get(api, request)
      case 'list':
        return list(api, request)
      case 'watch':
        return watch(api, request)
      case 'create':
        return create(api, request)
      case 'update':
        return update(api, request)
      case 'delete':
        return remove(api, request)
      case 'deletecollection':
        return removeCollection(api, request)
      case 'patch':
        return patch(api, request)
      case 'connect':
        throw methodNotAllowed()
    }
  }
}
