import { ImageError } from './image-error.ts'

/** The name of an image, with everything filled in that people leave out. */
export interface Reference {
  /** "docker.io" where none is named. */
  readonly registry: string
  /** "library/redis" for "redis" of Docker Hub. */
  readonly repository: string
  /** Empty where a digest stands alone; "latest" where neither is given. */
  readonly tag: string
  /** "sha256:..." or empty. */
  readonly digest: string
}

const repositoryPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const shape = new RegExp(
  `^(?<path>(?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?${repositoryPart}(?:/${repositoryPart})*)` +
    '(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$',
)

/** Undefined for text that is no image reference. Source of the shape: github.com/distribution/reference, normalize.go. */
export function parseReference(text: string): Reference | undefined {
  const groups = shape.exec(text)?.groups
  const path = groups?.['path']
  if (path === undefined) return undefined
  const [first = '', ...rest] = path.split('/')
  // The first part is a registry when it could not be a user of Docker Hub: it has a dot or a port, or is localhost.
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const registry = named && first !== 'index.docker.io' ? first : 'docker.io'
  const repository = named ? rest.join('/') : path
  if (repository !== repository.toLowerCase()) return undefined
  const digest = groups?.['digest'] ?? ''
  return {
    registry,
    repository: registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
    tag: groups?.['tag'] ?? (digest === '' ? 'latest' : ''),
    digest,
  }
}

/** @throws ImageError `BadReference`. */
export function referenceOf(text: string): Reference {
  const reference = parseReference(text)
  if (reference === undefined)
    throw new ImageError('BadReference', `"${text}" is no name of an image`, {
      remedy: 'write [REGISTRY/]NAME[:TAG], for example redis:8.0 or localhost:5000/team/app:1.2',
    })
  return reference
}

/** The one way to write a reference: "docker.io/library/redis:8.0". */
export function canonical(r: Reference): string {
  const tag = r.tag === '' ? '' : `:${r.tag}`
  return `${r.registry}/${r.repository}${tag}${r.digest === '' ? '' : `@${r.digest}`}`
}

/** A canonical reference as people write it: "redis:8.0". */
export function familiarName(reference: string): string {
  return reference.replace(/^docker\.io\/(library\/)?/, '')
}
