import type { IncomingMessage } from 'node:http'
import { ApiError, badRequest, unsupportedMediaType } from '../status.ts'

/** What etcd-backed servers accept, too. */
export const bodyLimit: number = 3 * 1024 * 1024

const json = new Set([
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
])
/** Of the typed clients that `kubectl create`, `drain` and `auth` are made of. */
const protobuf = 'application/vnd.kubernetes.protobuf'
const yaml = new Set(['application/apply-patch+yaml', 'application/yaml'])

/** Content type without its parameters; JSON when none is named. */
export function mediaType(request: IncomingMessage): string {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'application/json'
}

/**
 * Reads and parses the body. Undefined when it is empty.
 * Throws UnsupportedMediaType (CBOR...), RequestEntityTooLarge and BadRequest.
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request)
  if (bytes.length === 0) return undefined
  const type = mediaType(request)
  if (type === protobuf) {
    const { decodeProtobuf } = await import('../protobuf/decode-protobuf.ts')
    return decodeProtobuf(bytes)
  }
  const text = bytes.toString('utf8')
  if (!json.has(type) && !yaml.has(type))
    throw unsupportedMediaType(['application/json', 'application/yaml', protobuf])
  // Nearly every apply body is JSON, which is YAML and which the JSON parser reads a hundred times faster.
  if (yaml.has(type) && !/^\s*\{/.test(text)) return await readYaml(text)
  try {
    return JSON.parse(text)
  } catch (error) {
    if (yaml.has(type)) return await readYaml(text)
    throw badRequest(`the object provided is unrecognized (must be of type Object): ${messageOf(error)}`)
  }
}

/** The parser is loaded by the first who writes YAML: nearly nobody does. */
async function readYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text)
  } catch (error) {
    throw badRequest(`error decoding YAML: ${messageOf(error)}`)
  }
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
