/** Archives as other tools write them, and as an attacker would. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Pack, pack } from 'tar-stream'
import { type ImageStore, imageStore } from '../src/images/store.ts'

const run = promisify(execFile)

/** An entry of a tar: its content, or a whole header. */
export type TarEntry =
  | readonly [name: string, content: string | Buffer, mode?: number]
  | Parameters<Pack['entry']>[0]

export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const entry of entries) {
    if ('name' in entry) archive.entry(entry, '')
    else archive.entry({ name: entry[0], mode: entry[2] ?? 0o644 }, entry[1])
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) if (chunk instanceof Buffer) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const digestOf = (data: Buffer | string): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`

/** What `docker save` writes; `pressed` is what becomes of each layer on its way into the archive. */
export async function dockerArchive(
  layers: readonly Buffer[],
  o: { config?: object; tags?: readonly string[]; pressed?: (layer: Buffer) => Buffer } = {},
): Promise<Buffer> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const config = JSON.stringify({
    os: 'linux',
    architecture,
    config: o.config ?? {},
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  })
  const names = layers.map((_, i) => `${i}/layer.tar`)
  const manifest = [{ Config: 'config.json', RepoTags: o.tags ?? ['app:1'], Layers: names }]
  return tarOf([
    ...layers.map((layer, i): TarEntry => [names[i] ?? '', o.pressed?.(layer) ?? layer]),
    ['config.json', config],
    ['manifest.json', JSON.stringify(manifest)],
  ])
}

/** The bytes of an archive as they come from a file or a pipe. */
export async function* bytes(data: Buffer): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += 65_536) yield data.subarray(i, i + 65_536)
}

/** A store in a folder of its own, inside another that must stay untouched. */
export async function emptyStore(): Promise<{ store: ImageStore; around: string; remove(): Promise<void> }> {
  const around = await mkdtemp(join(tmpdir(), 'images-'))
  return {
    store: imageStore(join(around, 'store')),
    around,
    remove: () => rm(around, { recursive: true, force: true }),
  }
}

/** The folder of an image made by images/build, which `make test` and hack/setup see to. */
export async function builtImage(name: string): Promise<string> {
  const script = new URL('../../../images/build', import.meta.url).pathname
  const { stdout } = await run(script, ['--cached', name], { timeout: 60_000 })
  return stdout.trim()
}
