/** The parts of an image reference. */
export interface ImageName {
  /** Without registry and without Docker Hub's `library/`: "redis", "valkey/valkey". */
  readonly repository: string
  /** "latest" where neither tag nor digest is given. */
  readonly tag: string
}

/** Undefined for text that is no image reference. Source of the shape: distribution/reference. */
export function parseImage(image: string): ImageName | undefined {
  const match =
    /^(?<path>[a-z0-9](?:[a-zA-Z0-9._:/-]*?[a-zA-Z0-9])??)(?::(?<tag>[\w][\w.-]{0,127}))?(?<digest>@sha256:[0-9a-f]{64})?$/.exec(
      image,
    )
  const path = match?.groups?.path
  if (!path) return undefined
  const parts = path.split('/')
  const first = parts[0] ?? ''
  // The first part is a registry when it could not be a Docker Hub user: it has a dot or a port, or is localhost.
  if (parts.length > 1 && (/[.:]/.test(first) || first === 'localhost')) parts.shift()
  if (parts[0] === 'library' && parts.length > 1) parts.shift()
  return {
    repository: parts.join('/'),
    tag: match?.groups?.tag ?? (match?.groups?.digest ? '' : 'latest'),
  }
}

/** The version a tag promises: "7.2-alpine" is "7.2", "v1.6" is "1.6"; undefined for "latest" or "bookworm". */
export function versionOfTag(tag: string): string | undefined {
  return /^v?(\d+(?:\.\d+)*)(?:[-.+_]|$)/.exec(tag)?.[1]
}

/** Whether `running` is what `promised` names: 7 and 7.0 name 7.0.15, 7.2 does not. */
export function sameVersion(promised: string, running: string): boolean {
  return running === promised || running.startsWith(`${promised}.`)
}
