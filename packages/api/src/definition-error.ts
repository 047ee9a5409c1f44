/** A mistake in the definition of a kind itself: found when the CRDs are generated, never at run time. */
export class DefinitionError extends Error {
  readonly code: 'NotStructural' | 'NoSuchField'

  constructor(code: 'NotStructural' | 'NoSuchField', message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DefinitionError'
    this.code = code
  }
}
