import { parseReference, referenceOf } from '../images/reference.ts'
import type { Pull } from '../images/skopeo.ts'
import type { ImageStore, StoredImage } from '../images/store.ts'
import { accountsOf, userIn } from './accounts.ts'
import type { Program, Programs } from './program.ts'

/** Images of the store, and where it has none those of `host`. Without `pull` nothing is pulled. */
export function storedPrograms(o: { store: ImageStore; host: Programs; pull: Pull | undefined }): Programs {
  const { store, host, pull: pullNow } = o
  /** Pods that want the same image at once wait for one pull. */
  const pulls = new Map<string, Promise<StoredImage>>()
  return {
    async find(image) {
      const reference = parseReference(image)
      const stored = reference && (await store.find(reference))
      return stored ? programOf(stored) : host.find(image)
    },
    ...(pullNow && {
      async pull(image: string, auth: string | undefined, signal: AbortSignal) {
        const reference = referenceOf(image)
        const key = JSON.stringify([reference, auth])
        let pull = pulls.get(key)
        if (!pull) {
          // Not by the signal of the first pod alone: another may wait, too. What is pulled is kept for the next.
          pull = pullNow(reference, { auth, signal: AbortSignal.timeout(longestPull) }).finally(() =>
            pulls.delete(key),
          )
          pull.catch(() => undefined)
          pulls.set(key, pull)
        }
        return programOf(await orAborted(pull, signal))
      },
    }),
  }
}

/** After this a pull is given up; ms. */
const longestPull = 900_000

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** How an image of the store is run. */
export async function programOf(image: StoredImage): Promise<Program> {
  const { config } = image
  const accounts = await accountsOf(image.rootfs)
  const reference = referenceOf(image.reference)
  return {
    // As containerd has it: the digest of the registry, or the image's own id.
    imageID:
      image.digest === '' || image.origin === 'import'
        ? image.id
        : `${reference.registry}/${reference.repository}@${image.digest}`,
    entrypoint: config.entrypoint,
    command: config.cmd,
    env: Object.fromEntries(
      config.env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ),
    workingDir: config.workingDir || '/',
    declaredUser: config.user,
    user: (asked) => userIn(accounts, config.user, asked),
    adjust: (argv) => argv,
    root: image.rootfs,
    volumes: config.volumes,
    pulled: image.origin === 'pull',
    size: image.size,
  }
}
