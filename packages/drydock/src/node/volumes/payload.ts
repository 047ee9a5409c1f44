import { NodeError } from '../node-error.ts'
import type { KeyToPath } from '../pod/types.ts'

/** A file of a rendered volume. `mode` is its permission bits. */
export interface RenderedFile {
  readonly data: Buffer
  readonly mode: number
}

/** The files of a rendered volume by their relative path. */
export type Payload = ReadonlyMap<string, RenderedFile>

/** The modes of a volume, as its spec gives them. */
export interface Selection {
  readonly items?: readonly KeyToPath[] | undefined
  readonly defaultMode?: number | undefined
  readonly optional?: boolean | undefined
}

const defaultFileMode = 0o644

/**
 * The files a ConfigMap or Secret gives: each key, or only the `items`, each at its path and with its mode.
 * Throws NodeError `FailedMount` when the object or a key is missing and not optional, or a path leads out of the volume.
 */
export function keyedPayload(
  what: string,
  data: Readonly<Record<string, Buffer>> | undefined,
  selection: Selection,
): Payload {
  if (!data) {
    if (selection.optional) return new Map()
    throw new NodeError('FailedMount', `${what} not found`)
  }
  const mode = selection.defaultMode ?? defaultFileMode
  if (!selection.items)
    return new Map(Object.entries(data).map(([key, bytes]) => [insidePath(key), { data: bytes, mode }]))
  const files = new Map<string, RenderedFile>()
  for (const item of selection.items) {
    const bytes = data[item.key]
    if (bytes) files.set(insidePath(item.path), { data: bytes, mode: item.mode ?? mode })
    else if (!selection.optional)
      throw new NodeError('FailedMount', `${what} references non-existent key: ${item.key}`)
  }
  return files
}

/** The path itself. Throws NodeError `FailedMount` for one that is absolute, empty or leads upwards. */
export function insidePath(path: string): string {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..')) {
    throw new NodeError('FailedMount', `path "${path}" must be relative and must not contain '..'`)
  }
  return path
}

/** One over the other, the later winning, as the sources of a projected volume. */
export function merged(payloads: readonly Payload[]): Payload {
  return new Map(payloads.flatMap((payload) => [...payload]))
}

/** Data of a ConfigMap: text and base64. */
export function configMapData(o: {
  readonly data?: Readonly<Record<string, string>> | undefined
  readonly binaryData?: Readonly<Record<string, string>> | undefined
}): Record<string, Buffer> {
  return { ...decoded(o.data, 'utf8'), ...decoded(o.binaryData, 'base64') }
}

/** Data of a Secret: base64. */
export function secretData(o: {
  readonly data?: Readonly<Record<string, string>> | undefined
}): Record<string, Buffer> {
  return decoded(o.data, 'base64')
}

function decoded(
  data: Readonly<Record<string, string>> | undefined,
  encoding: 'utf8' | 'base64',
): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]),
  )
}
