import type { IncomingMessage } from 'node:http'
import { isObject } from '../object.ts'
import { ApiError, badRequest, unsupportedMediaType } from '../status.ts'
import { goKind, scanJson } from './json-scan.ts'
import type { ResourceRequest } from './resource-request.ts'

/** What etcd-backed servers accept, too. */
export const bodyLimit: number = 3 * 1024 * 1024

/** Of the typed clients that `kubectl create`, `drain` and `auth` are made of. */
const protobuf = 'application/vnd.kubernetes.protobuf'
const written = ['application/json', 'application/yaml', protobuf]
const apply = 'application/apply-patch+yaml'
const patches = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  apply,
]

/** Content type without its parameters; JSON when none is named. */
export function mediaType(request: IncomingMessage): string {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'application/json'
}

/**
 * Reads and parses the body of a write. Undefined when it is empty.
 * Throws UnsupportedMediaType (CBOR...), RequestEntityTooLarge and BadRequest, in the words of the verb.
 */
export async function readBody(
  request: IncomingMessage,
  { verb, kind, subresource }: Pick<ResourceRequest, 'verb' | 'kind' | 'subresource'>,
): Promise<unknown> {
  const type = mediaType(request)
  // A type no route takes is refused before anything is read.
  if (verb === 'patch' && !patches.includes(type))
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  const bytes = await readBytes(request)
  const whole = (verb === 'create' || verb === 'update') && subresource === ''
  if (bytes.length === 0 && !whole) return undefined
  if (verb === 'patch') return await readPatch(bytes.toString('utf8'), type)
  if (!written.includes(type)) throw unsupportedMediaType(written)
  if (type === protobuf) {
    const { decodeProtobuf } = await import('../protobuf/decode-protobuf.ts')
    return decodeProtobuf(bytes)
  }
  const name = whole ? kind.kind : 'Object'
  const unrecognized = (why: string): Error => {
    if (verb === 'delete' || verb === 'deletecollection') return new ApiError(500, '', why)
    return badRequest(
      `the object provided is unrecognized (must be of type ${name}): ${why} (${summary(bytes)})`,
    )
  }
  const text = bytes.toString('utf8')
  const value =
    type === 'application/yaml'
      ? await readYaml(text, unrecognized)
      : readJson(text, (why) => unrecognized(`${unread}${why}`))
  if (value === null) return {}
  if (whole && !isObject(value))
    throw unrecognized(`${unread}json: cannot unmarshal ${goKind(value)} into ${typeMeta}`)
  return value
}

const unread = "couldn't get version/kind; json parse error: "
const typeMeta = String.raw`Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`

async function readPatch(text: string, type: string): Promise<unknown> {
  const refused = (why: string): Error => badRequest(`error decoding patch: ${why}`)
  switch (type) {
    case apply:
      return await readApply(text)
    case 'application/json-patch+json':
      return readJson(text, refused)
    case 'application/merge-patch+json': {
      const value = readJson(text, refused)
      if (value === null) throw badRequest('Invalid JSON Patch')
      return object(value, refused)
    }
    default:
      return object(readJson(text, badRequest) ?? {}, badRequest)
  }
}

function object(value: unknown, refused: (why: string) => Error): unknown {
  if (isObject(value)) return value
  throw refused(`json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`)
}

async function readApply(text: string): Promise<unknown> {
  const refused = (why: string): Error => badRequest(`error decoding YAML: ${why}`)
  // Nearly every apply body is JSON, which is YAML and which the JSON parser reads a hundred times faster.
  const value = /^\s*\{/.test(text) ? quickly(text) : undefined
  const read = value ?? (await readYaml(text, (why) => refused(`error converting YAML to JSON: ${why}`)))
  return object(read ?? {}, (why) => refused(`error unmarshaling JSON: while decoding JSON: ${why}`))
}

function quickly(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readJson(text: string, refused: (why: string) => Error): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value) && (text.match(/"\s*:/g)?.length ?? 0) > keys(value))
      repeated.set(value, scanJson(text).repeated)
    return value
  } catch {
    throw refused(scanJson(text).fault ?? 'invalid JSON')
  }
}

/** Fields that stood twice in the text that a body was read from, by that body. */
const repeated = new WeakMap<object, readonly string[]>()

/** The fields that a body, as it was read, had twice: `metadata.name`. */
export function repeatedFields(body: object): readonly string[] {
  return repeated.get(body) ?? []
}

/** How many keys a value has, all the way down: more colons than those may mean that one stands twice. */
function keys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const below = Object.values(value).reduce<number>((sum, child) => sum + keys(child), 0)
  return below + (Array.isArray(value) ? 0 : Object.keys(value).length)
}

/** The parser is loaded by the first who writes YAML: nearly nobody does. */
async function readYaml(text: string, refused: (why: string) => Error): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text, { uniqueKeys: false })
  } catch (error) {
    throw refused(`yaml: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const shown = 30

/** The beginning of a body: as text where it may be JSON, else as hexadecimal digits. */
function summary(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>'
  const text = bytes.subarray(0, shown).toString(bytes[0] === 0x7b ? 'utf8' : 'hex')
  return bytes.length > shown ? `${text} ...` : text
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > bodyLimit) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimit}`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
