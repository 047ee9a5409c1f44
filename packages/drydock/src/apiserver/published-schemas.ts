import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from './api.ts'
import { kubernetesVersion } from './discovery.ts'
import type { JsonObject } from './object.ts'
import { crdResource } from './registry.ts'
import { noSuchResource } from './status.ts'

interface Published {
  readonly text: string
  /** In quotes. */
  readonly tag: string
}

/**
 * Answers `/openapi/v2`, `/openapi/v3` and `/openapi/v3/apis/GROUP/VERSION`; the texts are large, and are kept until a
 * definition changes. Clients keep them, too, and ask by their hashes.
 */
export class PublishedSchemas {
  readonly #api: Api
  readonly #published = new Map<string, Published>()
  #generation = 0

  constructor(api: Api) {
    this.#api = api
  }

  /** False for a path that is none of these. Throws NotFound for a group or version that does not exist. */
  async serve(url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname } = url
    if (!pathname.startsWith('/openapi/')) return false
    if (pathname === '/openapi/v2' && request.headers.accept?.includes(protobuf) === true) {
      response.writeHead(200, { 'content-type': protobuf.replace('@', '.') }).end(emptyDocument())
      return true
    }
    const { text, tag } = await this.#find(pathname)
    const asked = url.searchParams.get('hash')
    const known = asked === null || pathname.split('/').length < 5 ? undefined : `"${asked}"`
    const index = pathname === '/openapi/v3'
    response.setHeader('etag', tag)
    response.setHeader('cache-control', known === tag ? 'public, immutable' : 'no-cache, private')
    if (known !== undefined && known !== tag) {
      response.setHeader('location', `${pathname}?hash=${tag.slice(1, -1)}`)
      response.writeHead(301).end()
    } else if (!index && request.headers['if-none-match'] === tag) {
      response.writeHead(304).end()
    } else {
      response.writeHead(200, { 'content-type': index ? 'text/plain; charset=utf-8' : 'application/json' })
      response.end(text)
    }
    return true
  }

  async #find(path: string): Promise<Published> {
    if (this.#generation !== this.#api.registry.generation) {
      this.#published.clear()
      this.#generation = this.#api.registry.generation
    }
    const known = this.#published.get(path)
    if (known !== undefined) return known
    const made = await this.#make(path)
    if (made === undefined) throw noSuchResource()
    this.#published.set(path, made)
    return made
  }

  /** The modules are loaded when somebody first asks: a server in a test is seldom asked, and starts the faster. */
  async #make(path: string): Promise<Published | undefined> {
    const definitions = this.#api.storage.list(crdResource).map((record) => record.object)
    if (path === '/openapi/v2')
      return published((await import('./openapi/swagger.ts')).openapiV2(definitions))
    const { documentHash, openapiV3, openapiV3Index } = await import('./openapi/documents.ts')
    if (path === '/openapi/v3') return published(openapiV3Index(definitions))
    const match = /^\/openapi\/v3\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))$/.exec(path)
    if (!match) return undefined
    const [group, version] = [match[2] ?? '', match[1] ?? match[3] ?? '']
    const document = openapiV3(group, version, definitions)
    return (
      document && { text: JSON.stringify(document), tag: `"${documentHash(group, version, definitions)}"` }
    )
  }
}

function published(document: JsonObject): Published {
  const text = JSON.stringify(document)
  return { text, tag: `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"` }
}

const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/**
 * The document in protobuf: without any kind, since kubectl looks here only for those that v3 does not have, to find them missing.
 * Fields of the messages Document and Info of gnostic's OpenAPIv2.proto.
 */
function emptyDocument(): Buffer {
  const field = (number: number, value: Buffer | string): Buffer => {
    const bytes = Buffer.from(value)
    return Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes])
  }
  const info = Buffer.concat([field(1, 'Kubernetes'), field(2, kubernetesVersion.gitVersion)])
  return Buffer.concat([field(1, '2.0'), field(2, info)])
}
