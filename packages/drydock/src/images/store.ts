/**
 * The images of this machine: a folder for each, `sha256-HEX/rootfs` beside `image.json`, and in `references/` a file for each name that says
 * which one it means. Whatever is there is whole: an image is made in a folder of its own, and renamed when it is done.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../state.ts'
import { ImageError } from './image-error.ts'
import { type ImageContent, type NameRecord, nameFile, readContent, readName } from './records.ts'
import { canonical, type Reference, referenceOf } from './reference.ts'
import { inWorkFolder, removeFrom, storeFailure } from './work-folder.ts'

/** `reference` is empty, and with it `digest` and `added`, for an image that lost its last name to another. */
export interface StoredImage extends ImageContent, NameRecord {
  /** Its root file system. */
  readonly rootfs: string
}

/** Where an image comes from. */
export type Source = Pick<NameRecord, 'digest' | 'origin'>

export interface ImageStore {
  readonly folder: string
  /** By name; those without one last. */
  list(): Promise<readonly StoredImage[]>
  /** By its name, or by a name with a digest. */
  find(reference: Reference): Promise<StoredImage | undefined>
  /** Whether an image of this id is there, under whatever name. */
  has(id: string): Promise<boolean>
  /** Lends a folder; see `inWorkFolder`. */
  scratch<T>(work: (folder: string) => Promise<T>): Promise<T>
  /** Adds what `make` makes: a folder `rootfs` in the folder it is given. Nothing is left of it when it fails. */
  build(make: (folder: string) => Promise<ImageContent>): Promise<ImageContent>
  /** Gives an image that is there a name, which another may have had. */
  name(id: string, reference: Reference, source: Source): Promise<StoredImage>
  /** Removes a name, and the image with its last name; or, by an id or at least 12 digits of it, the image with all its names. */
  remove(what: string): Promise<readonly StoredImage[]>
  /** Those that `remove` would remove. @throws ImageError `NoSuchImage`. */
  matching(what: string): Promise<readonly StoredImage[]>
}

/** The store in a folder, which need not be there yet. */
export function imageStore(folder: string, now: () => number = Date.now): ImageStore {
  const names = join(folder, 'references')
  const folderOf = (id: string): string => join(folder, id.replace(':', '-'))
  const together = (content: ImageContent, name: NameRecord): StoredImage => ({
    ...name,
    ...content,
    rootfs: join(folderOf(content.id), 'rootfs'),
  })

  async function contents(): Promise<Map<string, ImageContent>> {
    const found = new Map<string, ImageContent>()
    for (const entry of await entriesOf(folder)) {
      const content = /^sha256-[0-9a-f]{64}$/.test(entry) && (await readContent(join(folder, entry)))
      if (content) found.set(content.id, content)
    }
    return found
  }

  async function named(): Promise<readonly NameRecord[]> {
    const found: NameRecord[] = []
    for (const file of await entriesOf(names)) {
      const name = file.endsWith('.json') && (await readName(join(names, file)))
      if (name) found.push(name)
    }
    return found
  }

  async function list(): Promise<readonly StoredImage[]> {
    const all = await contents()
    const records = await named()
    const used = new Set(records.map((name) => name.id))
    const withNames = records.flatMap((name) => {
      const content = all.get(name.id)
      return content ? [together(content, name)] : []
    })
    const nameless = [...all.values()].filter((content) => !used.has(content.id))
    return [
      ...withNames.sort((a, b) => (a.reference < b.reference ? -1 : 1)),
      ...nameless.map((c) =>
        together(c, { id: c.id, reference: '', digest: '', origin: 'import', added: '' }),
      ),
    ]
  }

  /** A name with a digest means any name of its repository that has it; with a tag, too, only that. */
  async function byDigest(r: Reference): Promise<NameRecord | undefined> {
    return (await named()).find((name) => {
      const own = referenceOf(name.reference)
      const same = own.registry === r.registry && own.repository === r.repository
      return same && (r.tag === '' || r.tag === own.tag) && [name.digest, name.id].includes(r.digest)
    })
  }

  async function matching(what: string): Promise<readonly StoredImage[]> {
    const all = await list()
    const digits = what.replace(/^sha256:/, '')
    const byId = /^[0-9a-f]{12,64}$/.test(digits)
      ? all.filter((image) => image.id.startsWith(`sha256:${digits}`))
      : []
    const wanted = byId.length > 0 ? '' : canonical(referenceOf(what))
    const found = byId.length > 0 ? byId : all.filter((image) => image.reference === wanted)
    if (found.length > 0) return found
    throw new ImageError('NoSuchImage', `there is no image "${what}"`, { remedy: 'see: orlop images ls' })
  }

  return {
    folder,
    list,
    matching,
    async find(reference) {
      const name =
        (await readName(nameFile(names, canonical(reference)))) ??
        (reference.digest === '' ? undefined : await byDigest(reference))
      const content = name && (await readContent(folderOf(name.id)))
      return content && together(content, name)
    },
    has: async (id) => (await readContent(folderOf(id))) !== undefined,
    scratch: (work) => inWorkFolder(folder, now(), work),
    build: (make) =>
      inWorkFolder(folder, now(), async (work) => {
        const { id, config, created, size } = await make(work)
        const content: ImageContent = { id, config, created, size }
        await writeFile(join(work, 'image.json'), JSON.stringify(content))
        // Another import may have been faster with the same; what it made is as good.
        await rename(work, folderOf(id)).catch((error: unknown) => {
          if (!isErrno(error, 'EEXIST', 'ENOTEMPTY')) throw error
        })
        return content
      }),
    async name(id, reference, { digest, origin }) {
      const content = await readContent(folderOf(id))
      if (!content) throw new ImageError('NoSuchImage', `there is no image ${id}`)
      const added = new Date(now()).toISOString()
      const name: NameRecord = { reference: canonical(reference), id, digest, origin, added }
      try {
        await mkdir(names, { recursive: true, mode: 0o700 })
        // By a name of its own: the same may be imported twice at once.
        const fresh = join(names, `.${randomBytes(6).toString('hex')}`)
        await writeFile(fresh, JSON.stringify(name))
        await rename(fresh, nameFile(names, name.reference))
      } catch (cause) {
        throw storeFailure(folder, cause)
      }
      return together(content, name)
    },
    async remove(what) {
      const gone = await matching(what)
      for (const { reference } of gone)
        if (reference !== '') await rm(nameFile(names, reference), { force: true })
      const left = new Set((await named()).map((name) => name.id))
      for (const id of new Set(gone.map((image) => image.id)))
        if (!left.has(id)) await removeFrom(folder, folderOf(id))
      return gone
    },
  }
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}
