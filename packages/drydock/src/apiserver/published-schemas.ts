import type { Api } from './api.ts'
import type { JsonObject } from './object.ts'
import { crdResource } from './registry.ts'
import { noSuchResource } from './status.ts'

/**
 * Answers `/openapi/v2`, `/openapi/v3` and `/openapi/v3/apis/GROUP/VERSION` as JSON text; the texts are large, and are
 * kept until a definition changes.
 */
export class PublishedSchemas {
  readonly #api: Api
  readonly #texts = new Map<string, string>()
  #generation = 0

  constructor(api: Api) {
    this.#api = api
  }

  /** Undefined for a path that is none of these. Throws NotFound for a group or version that does not exist. */
  async text(path: string): Promise<string | undefined> {
    if (!path.startsWith('/openapi/')) return undefined
    if (this.#generation !== this.#api.registry.generation) {
      this.#texts.clear()
      this.#generation = this.#api.registry.generation
    }
    const known = this.#texts.get(path)
    if (known !== undefined) return known
    const document = await this.#document(path)
    if (document === undefined) throw noSuchResource()
    const text = JSON.stringify(document)
    this.#texts.set(path, text)
    return text
  }

  /** The modules are loaded when somebody first asks: a server in a test is seldom asked, and starts the faster. */
  async #document(path: string): Promise<JsonObject | undefined> {
    const definitions = this.#api.storage.list(crdResource).map((record) => record.object)
    if (path === '/openapi/v2') return (await import('./openapi/swagger.ts')).openapiV2(definitions)
    const { openapiV3, openapiV3Index } = await import('./openapi/documents.ts')
    if (path === '/openapi/v3') return openapiV3Index(definitions)
    const match = /^\/openapi\/v3\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))$/.exec(path)
    return match ? openapiV3(match[2] ?? '', match[1] ?? match[3] ?? '', definitions) : undefined
  }
}
