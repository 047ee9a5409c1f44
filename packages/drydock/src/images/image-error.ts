/** What can go wrong with images; each is explained in docs/reference/cli.md. */
export type ImageErrorCode =
  | 'BadReference'
  | 'BadImage'
  | 'NoSuchImage'
  | 'ImageInUse'
  | 'ImageStore'
  | 'PullFailed'
  | 'NoSkopeo'

/** The base class of errors of images. */
export class ImageError extends Error {
  readonly code: ImageErrorCode
  /** What to do about it, where there is something to do. */
  readonly remedy: string | undefined

  constructor(code: ImageErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'ImageError'
    this.code = code
    this.remedy = options.remedy
  }
}

/** An archive, a layer or a configuration that is not what it should be. */
export function badImage(message: string, cause?: unknown): ImageError {
  return new ImageError('BadImage', message, { cause, remedy: 'make or copy the image again' })
}
