import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline, Readable, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { type Extract, extract } from 'tar-stream'
import type { Entries, Entry } from './entry.ts'
import { badImage, ImageError } from './image-error.ts'
import { applyLayer } from './tree.ts'

/** A layer on this machine, and what is known of it. */
export interface Layer {
  readonly file: string
  /** Digest of the file as it is; empty where nobody said. */
  readonly digest: string
  /** Digest of it without compression; empty where nobody said. */
  readonly diffId: string
}

/**
 * Lays a layer (tar, plain or by gzip or zstd) over what is in `root`; gives the bytes of its files.
 * @throws ImageError `BadImage` when it is cut off, or is not what its digests say.
 */
export async function unpackLayer(root: string, layer: Layer, signal?: AbortSignal): Promise<number> {
  const packed = createHash('sha256')
  const plain = createHash('sha256')
  const bytes = await unpackTar(root, createReadStream(layer.file), {
    packed,
    plain,
    ...(signal && { signal }),
  })
  check(layer.digest, packed, 'a layer')
  check(layer.diffId, plain, 'the content of a layer')
  return bytes
}

/** @throws ImageError `BadImage` when `digest` is given and another. */
export function check(digest: string, hash: Hash, what: string): void {
  const is = `sha256:${hash.digest('hex')}`
  if (digest !== '' && digest !== is) throw badImage(`${what} should have the digest ${digest} and has ${is}`)
}

/** Unpacks any tar into `root`; the hashes are given its bytes as they are, and without compression. */
export async function unpackTar(
  root: string,
  source: AsyncIterable<Uint8Array>,
  o: { readonly packed?: Hash; readonly plain?: Hash; readonly signal?: AbortSignal } = {},
): Promise<number> {
  const bytes = decompressed(seen(source, o.packed))
  try {
    return await applyLayer(root, tarEntries(seen(bytes, o.plain)), o.signal)
  } catch (cause) {
    // What the disk or the tree says stands; all else is about the bytes.
    if (o.signal?.aborted || cause instanceof ImageError || (cause instanceof Error && 'syscall' in cause))
      throw cause
    throw badImage(
      `a tar cannot be read to its end: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    )
  }
}

async function* seen(source: AsyncIterable<Uint8Array>, hash?: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash?.update(chunk)
    yield chunk
  }
}

/** By the first bytes of the stream, for names and media types are wrong too often. */
async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]()
  let start = Buffer.alloc(0)
  while (start.length < 4) {
    const next = await chunks.next()
    if (next.done) break
    start = Buffer.concat([start, next.value])
  }
  const all = Readable.from(
    (async function* () {
      if (start.length > 0) yield start
      yield* { [Symbol.asyncIterator]: () => chunks }
    })(),
    { objectMode: false },
  )
  const transform = decompressor(start)
  if (transform === undefined) yield* all
  else yield* pipeline(all, transform, () => undefined)
}

function decompressor(start: Buffer): Transform | undefined {
  const magic = start.toString('hex', 0, 4)
  if (magic.startsWith('1f8b')) return createGunzip()
  if (magic === '28b52ffd') return createZstdDecompress()
  if (magic === 'fd377a58' || magic.startsWith('425a68'))
    throw badImage('the archive is compressed by xz or bzip2; images are by gzip or zstd, or not at all')
  return undefined
}

const types: Readonly<Record<string, Entry['type']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  symlink: 'symlink',
  link: 'hardlink',
}

async function* tarEntries(source: AsyncIterable<Uint8Array>): Entries {
  const archive = extract()
  const pumped = pump(source, archive)
  for await (const entry of archive) {
    const { header } = entry
    yield {
      path: header.name,
      type: types[header.type] ?? 'other',
      mode: header.mode,
      target: header.linkname,
      modified: header.mtime.getTime(),
      content: contentOf(entry),
    }
    // Whatever of it nobody wanted.
    entry.resume()
  }
  await pumped
}

async function* contentOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk
}

/** Writes everything into the archive; a failure on the way becomes the archive's. */
async function pump(source: AsyncIterable<Uint8Array>, archive: Extract): Promise<void> {
  let bytes = 0
  try {
    for await (const chunk of source) {
      if (archive.destroyed) return
      bytes += chunk.byteLength
      if (!archive.write(chunk)) await writable(archive)
    }
    // Some writers (umoci 0.4) leave out the zeros after the last file, and Go's reader bears it. Digests tell whether more is missing.
    archive.end(Buffer.alloc(-bytes & 511))
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

function writable(archive: Extract): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      archive.off('drain', go)
      archive.off('close', go)
      resolve()
    }
    archive.on('drain', go)
    archive.on('close', go)
  })
}
