/** The small files of the store, and what they say. What is no such file counts as not there. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../state.ts'
import { emptyConfig, type ImageConfig, record, string, strings } from './image-config.ts'

/** What an image is, apart from its names: `image.json`. */
export interface ImageContent {
  /** Digest of its configuration. */
  readonly id: string
  readonly config: ImageConfig
  /** RFC 3339, or empty where it does not say. */
  readonly created: string
  /** Bytes of its files. */
  readonly size: number
}

/** What a name means: a file of `references/`. */
export interface NameRecord {
  /** The canonical reference. */
  readonly reference: string
  readonly id: string
  /** Digest of its manifest in the registry; empty where it came from none. */
  readonly digest: string
  /** A pulled image may have a newer one in its registry; an imported one is what its user says. */
  readonly origin: 'import' | 'pull'
  /** When it got this name here. RFC 3339. */
  readonly added: string
}

export function nameFile(names: string, reference: string): string {
  return join(names, `${encodeURIComponent(reference)}.json`)
}

export async function readName(file: string): Promise<NameRecord | undefined> {
  const found = await readRecord(file)
  return (
    found && {
      reference: string(found['reference']),
      id: string(found['id']),
      digest: string(found['digest']),
      origin: found['origin'] === 'pull' ? 'pull' : 'import',
      added: string(found['added']),
    }
  )
}

export async function readContent(folder: string): Promise<ImageContent | undefined> {
  const found = await readRecord(join(folder, 'image.json'))
  const config = record(found?.['config'])
  return (
    found && {
      id: string(found['id']),
      created: string(found['created']),
      size: Number(found['size']) || 0,
      config: {
        ...emptyConfig,
        entrypoint: strings(config['entrypoint']),
        cmd: strings(config['cmd']),
        env: strings(config['env']),
        workingDir: string(config['workingDir']),
        user: string(config['user']),
        exposedPorts: strings(config['exposedPorts']),
        volumes: strings(config['volumes']),
      },
    }
  )
}

async function readRecord(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return record(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined
    throw error
  }
}
