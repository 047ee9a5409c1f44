import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../state.ts'
import { imagesIn, type PackedImage } from './archive.ts'
import { folderEntries } from './folder.ts'
import { emptyConfig, type ImageConfig } from './image-config.ts'
import { badImage, ImageError } from './image-error.ts'
import { unpackLayer, unpackTar } from './layer.ts'
import { parseReference, type Reference } from './reference.ts'
import type { ImageStore, Source, StoredImage } from './store.ts'
import { applyLayer } from './tree.ts'

export interface ImportOptions {
  /** What to call it; otherwise what the archive calls it. */
  readonly reference?: Reference
  /** How to run it, for what the image does not say, or where that shall be different. */
  readonly config?: Partial<ImageConfig>
  readonly origin?: Source['origin']
  readonly signal?: AbortSignal
}

/**
 * Imports an archive (OCI or Docker), an OCI layout, or a folder that is a root file system; the same again changes nothing.
 * @param from a file, a folder, or the bytes of an archive
 * @throws ImageError `BadImage`, `BadReference`, `ImageStore`; nothing is left then
 */
export async function importImage(
  store: ImageStore,
  from: string | AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<readonly StoredImage[]> {
  if (typeof from !== 'string') return importArchive(store, from, options)
  const what = await stat(from).catch((cause: unknown) => {
    if (!isErrno(cause, 'ENOENT', 'ENOTDIR', 'EACCES')) throw cause
    throw badImage(`${from} is not there, or may not be read`, cause)
  })
  if (!what.isDirectory()) return importArchive(store, createReadStream(from), options)
  const images = (await isImageFolder(from)) ? await imagesIn(from) : undefined
  return images ? addAll(store, images, options) : [await importFolder(store, from, options)]
}

/** An OCI layout, or skopeo's "dir", each by the file that says its version. Anything else is a root file system. */
async function isImageFolder(folder: string): Promise<boolean> {
  const files = await Promise.all(
    ['oci-layout', 'version'].map((f) => readFile(join(folder, f), 'utf8').catch(() => '')),
  )
  return files.some((text) => /imageLayoutVersion|^Directory Transport Version/.test(text))
}

/** Unpacked as a whole first: what an archive holds may stand at its end. */
async function importArchive(
  store: ImageStore,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<readonly StoredImage[]> {
  const added: StoredImage[] = []
  await store.scratch(async (folder) => {
    await unpackTar(folder, bytes, options)
    const images = await imagesIn(folder)
    if (!images)
      throw new ImageError(
        'BadImage',
        'the archive is no image: it has neither index.json nor manifest.json',
        {
          remedy: 'for a root file system: unpack it, and import the folder',
        },
      )
    added.push(...(await addAll(store, images, options)))
  })
  return added
}

async function addAll(
  store: ImageStore,
  images: readonly PackedImage[],
  options: ImportOptions,
): Promise<readonly StoredImage[]> {
  if (options.reference !== undefined && images.length !== 1)
    throw badImage(`the archive holds ${images.length} images, which cannot all have one name`)
  // Before any work is done for nothing.
  const wanted = images.map((image) => ({ image, references: referencesOf(image, options) }))
  const added: StoredImage[] = []
  for (const { image, references } of wanted) {
    const id = await unpack(store, image, options)
    for (const reference of references)
      added.push(
        await store.name(id, reference, { digest: image.digest, origin: options.origin ?? 'import' }),
      )
  }
  return added
}

function referencesOf(image: PackedImage, { reference }: ImportOptions): readonly Reference[] {
  if (reference !== undefined) return [reference]
  // A mere tag, as skopeo and umoci write it, names nothing.
  const whole = image.names.filter((name) => /[/:]/.test(name)).map(parseReference)
  const found = whole.filter((r) => r !== undefined)
  if (found.length === 0)
    throw new ImageError('BadReference', 'the archive does not say what its image is called', {
      remedy: 'say it: orlop images import FILE NAME',
    })
  return found
}

async function unpack(store: ImageStore, image: PackedImage, options: ImportOptions): Promise<string> {
  const changes = options.config ?? {}
  const config = { ...image.parsed.config, ...changes }
  // Another way to run it is another image.
  const id = Object.keys(changes).length === 0 ? image.id : idOf(config, image.id)
  if (await store.has(id)) return id
  await store.build(async (work) => {
    const rootfs = join(work, 'rootfs')
    await mkdir(rootfs, { mode: 0o755 })
    let size = 0
    for (const layer of image.layers) size += await unpackLayer(rootfs, layer, options.signal)
    return { id, config, created: image.parsed.created, size }
  })
  return id
}

async function importFolder(store: ImageStore, folder: string, options: ImportOptions): Promise<StoredImage> {
  if (options.reference === undefined)
    throw new ImageError('BadReference', 'a folder does not say what it is called', {
      remedy: 'say it: orlop images import FOLDER NAME',
    })
  const config = { ...emptyConfig, ...options.config }
  const { id } = await store.build(async (work) => {
    const rootfs = join(work, 'rootfs')
    await mkdir(rootfs, { mode: 0o755 })
    const hash = createHash('sha256')
    const size = await applyLayer(rootfs, folderEntries(folder, hash), options.signal)
    if (size === 0) throw badImage(`${folder} has no files`)
    return { id: idOf(config, hash.digest('hex')), config, created: '', size }
  })
  return store.name(id, options.reference, { digest: '', origin: options.origin ?? 'import' })
}

function idOf(config: ImageConfig, content: string): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify([config, content]))
    .digest('hex')}`
}
