/** Pulling from a registry, by skopeo: it knows registries, their tokens and their certificates; unpacking is ours. */
import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ImageError } from './image-error.ts'
import { importImage } from './import.ts'
import { canonical, type Reference } from './reference.ts'
import type { ImageStore, StoredImage } from './store.ts'

const run = promisify(execFile)

export interface PullOptions {
  readonly signal: AbortSignal
  /** By plain HTTP, or with a certificate that nobody vouches for. */
  readonly insecure?: boolean
  /** The content of a Docker config.json: who one is to which registry. */
  readonly auth?: string | undefined
  /** Default 10 minutes; ms. */
  readonly timeout?: number
}

/** A way to get an image of a registry into the store. */
export type Pull = (
  reference: Reference,
  o: { readonly auth?: string | undefined; readonly signal: AbortSignal },
) => Promise<StoredImage>

/** What to do where skopeo is missing. */
export const skopeoRemedy = 'sudo apt-get install -y --no-install-recommends skopeo'

/** Whether skopeo is installed. */
export async function hasSkopeo(): Promise<boolean> {
  return run('skopeo', ['--version'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}

/**
 * Pulls an image for this machine's platform into the store.
 * @throws ImageError `NoSkopeo`, `PullFailed` with skopeo's own words, or as `importImage`.
 */
export async function pullImage(
  store: ImageStore,
  reference: Reference,
  o: PullOptions,
): Promise<StoredImage> {
  return store.scratch(async (work) => {
    const folder = join(work, 'image')
    const auth = join(work, 'auth.json')
    if (o.auth !== undefined) await writeFile(auth, o.auth, { mode: 0o600 })
    // Which signatures are wanted is the machine's to say, where it does.
    const ruled = await access('/etc/containers/policy.json').then(
      () => true,
      () => false,
    )
    const flags = [...(ruled ? [] : ['--insecure-policy']), '--override-os', 'linux']
    const tls = o.insecure === true || isLoopback(reference.registry) ? ['--src-tls-verify=false'] : []
    const login = o.auth === undefined ? [] : ['--src-authfile', auth]
    const source = `docker://${canonical({ ...reference, tag: reference.digest === '' ? reference.tag : '' })}`
    // Signatures are not kept; and to look for them, skopeo as uid 0 of a namespace opens a folder of the real root.
    const copy = [...flags, 'copy', '--quiet', '--remove-signatures', ...tls, ...login]
    await skopeo([...copy, source, `dir:${folder}`], reference, o)
    const [image] = await importImage(store, folder, { reference, origin: 'pull', signal: o.signal })
    if (!image) throw new ImageError('PullFailed', `${canonical(reference)}: the registry gave nothing`)
    return image
  })
}

async function skopeo(args: readonly string[], reference: Reference, o: PullOptions): Promise<void> {
  try {
    await run('skopeo', args, { timeout: o.timeout ?? 600_000, signal: o.signal })
  } catch (cause) {
    if (o.signal.aborted) throw cause
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new ImageError('NoSkopeo', 'skopeo is missing: it speaks to registries', {
        remedy: skopeoRemedy,
        cause,
      })
    throw new ImageError('PullFailed', `cannot pull ${canonical(reference)}: ${saidBy(cause)}`, {
      cause,
      remedy:
        'check the name, and whether the registry wants a login (--username) or speaks plain HTTP (--insecure)',
    })
  }
}

/** The last thing it said, without time and level. */
function saidBy(cause: unknown): string {
  const text = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
  const last = text.trim().split('\n').at(-1) ?? ''
  const quoted = /msg="((?:[^"\\]|\\.)*)"/.exec(last)?.[1]
  return quoted?.replaceAll('\\"', '"') ?? (last || (cause instanceof Error ? cause.message : String(cause)))
}

/** A registry on this machine speaks plain HTTP as a rule, and Docker, too, asks for no more there. */
function isLoopback(registry: string): boolean {
  return /^(localhost|127\.[\d.]+)(:\d+)?$/.test(registry)
}
