/** What is in an archive, once that was unpacked into a folder: an OCI layout, or what `docker save` writes. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../state.ts'
import {
  type ParsedConfig,
  parseConfig,
  parseJson,
  record,
  records,
  string,
  strings,
} from './image-config.ts'
import { badImage } from './image-error.ts'
import { resolveInside } from './inside.ts'
import { check, type Layer } from './layer.ts'

/** One image of an archive, for the platform of this machine. */
export interface PackedImage {
  /** What the archive calls it: full references, or only a tag; may be none. */
  readonly names: readonly string[]
  /** Digest of its configuration: what Docker calls the image's id. */
  readonly id: string
  /** Digest of its manifest, as a registry knows it; empty for what `docker save` writes. */
  readonly digest: string
  readonly parsed: ParsedConfig
  /** Lowest first. */
  readonly layers: readonly Layer[]
}

/** Architectures by Go's names, which images use. */
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: '386',
}
const architecture = architectures[process.arch] ?? process.arch

/** Far more than any manifest has. */
const largest = 16 * 1024 * 1024

/** Undefined when the folder is no image. @throws ImageError `BadImage`. */
export async function imagesIn(folder: string): Promise<readonly PackedImage[] | undefined> {
  const text = await readText(folder, 'manifest.json')
  if (text !== undefined) {
    const manifest = parseJson(text, 'manifest.json')
    // Docker writes index.json, too, since version 25, but whole names only here. Skopeo's "dir" has the manifest of one image, as the registry gave it.
    return Array.isArray(manifest)
      ? dockerImages(folder, manifest)
      : [await manifestImage(folder, text, [], (digest) => hexOf(digest))]
  }
  const index = await readText(folder, 'index.json')
  return index === undefined ? undefined : layoutImages(folder, index)
}

async function dockerImages(folder: string, manifest: unknown): Promise<readonly PackedImage[]> {
  const images: PackedImage[] = []
  for (const entry of records(manifest)) {
    const config = await must(folder, string(entry['Config']))
    const parsed = parseConfig(config)
    const layers: Layer[] = []
    for (const [i, path] of strings(entry['Layers']).entries())
      layers.push({ file: await fileIn(folder, path), digest: '', diffId: parsed.diffIds[i] ?? '' })
    complete(parsed, layers)
    images.push({ names: strings(entry['RepoTags']), id: sha256(config), digest: '', parsed, layers })
  }
  return images
}

async function layoutImages(folder: string, text: string): Promise<readonly PackedImage[]> {
  const images: PackedImage[] = []
  const all = records(record(parseJson(text, 'index.json'))['manifests'])
  // Manifests of the same name are one image for several platforms.
  const names = new Set(all.map(nameOf))
  for (const name of names) {
    const chosen = forThisMachine(all.filter((d) => nameOf(d) === name))
    images.push(await layoutImage(folder, chosen, name === '' ? [] : [name]))
  }
  return images
}

type Descriptor = Readonly<Record<string, unknown>>

function nameOf(descriptor: Descriptor): string {
  const notes = record(descriptor['annotations'])
  return string(notes['io.containerd.image.name']) || string(notes['org.opencontainers.image.ref.name'])
}

async function layoutImage(
  folder: string,
  descriptor: Descriptor,
  names: readonly string[],
  depth = 0,
): Promise<PackedImage> {
  const digest = string(descriptor['digest'])
  const text = await blob(folder, digest, inBlobs)
  const nested = records(record(parseJson(text, 'a manifest'))['manifests'])
  if (nested.length === 0 || depth === deepest) return manifestImage(folder, text, names, inBlobs)
  const inner = await layoutImage(folder, forThisMachine(nested), names, depth + 1)
  // The list is what its name means in a registry.
  return { ...inner, digest }
}

/** Lists of lists are allowed and not seen. */
const deepest = 2

/** The image that a manifest describes, whose parts lie where `place` says. */
async function manifestImage(
  folder: string,
  text: string,
  names: readonly string[],
  place: (digest: string) => string,
): Promise<PackedImage> {
  const manifest = record(parseJson(text, 'a manifest'))
  const id = string(record(manifest['config'])['digest'])
  const parsed = parseConfig(await blob(folder, id, place))
  const layers: Layer[] = []
  for (const [i, layer] of records(manifest['layers']).entries()) {
    const digest = string(layer['digest'])
    layers.push({ file: await fileIn(folder, place(digest)), digest, diffId: parsed.diffIds[i] ?? '' })
  }
  complete(parsed, layers)
  return { names, id, digest: sha256(text), parsed, layers }
}

function complete(parsed: ParsedConfig, layers: readonly Layer[]): void {
  if (layers.length !== parsed.diffIds.length)
    throw badImage(`the image should have ${parsed.diffIds.length} layers, and ${layers.length} are listed`)
  if (parsed.architecture !== '' && parsed.architecture !== architecture)
    throw badImage(`the image is for ${parsed.architecture}, this machine is ${architecture}`)
}

function forThisMachine(descriptors: readonly Descriptor[]): Descriptor {
  const platforms = descriptors.map((d) => record(d['platform']))
  const fits = (p: Descriptor): boolean => p['os'] === 'linux' && p['architecture'] === architecture
  const chosen =
    descriptors[platforms.findIndex(fits)] ?? (descriptors.length === 1 ? descriptors[0] : undefined)
  if (chosen === undefined) {
    const there = platforms.map((p) => `${string(p['os'])}/${string(p['architecture'])}`).join(', ')
    throw badImage(`the image is not there for linux/${architecture}, only for ${there || 'nothing'}`)
  }
  return chosen
}

function inBlobs(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`
}

function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1]
  if (hex === undefined) throw badImage(`"${digest}" is no digest`)
  return hex
}

async function blob(folder: string, digest: string, place: (digest: string) => string): Promise<string> {
  const text = await must(folder, place(digest))
  check(digest, createHash('sha256').update(text), 'a manifest or configuration')
  return text
}

async function must(folder: string, path: string): Promise<string> {
  const text = await readText(folder, path)
  if (text === undefined) throw missing(path)
  return text
}

async function readText(folder: string, path: string): Promise<string | undefined> {
  try {
    const file = await open(await fileIn(folder, path))
    try {
      const { size } = await file.stat()
      if (size > largest) throw badImage(`${path} is too large: ${size} bytes`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined
    throw error
  }
}

/** A path that an archive names, which must not lead out of it. */
async function fileIn(folder: string, path: string): Promise<string> {
  const { path: real, climbed } = await resolveInside(folder, path)
  if (climbed || path === '') throw badImage(`the archive names a file outside itself: ${path}`)
  return join(folder, real)
}

function missing(path: string): Error {
  return badImage(`the archive lacks ${path}: it is cut off, or no image`)
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}
