/** What can go wrong in the network of pods. */
export type NetworkErrorCode =
  | 'CommandFailed'
  | 'NoFreeRange'
  | 'NoFreeAddress'
  | 'NotAnAddress'
  | 'UnknownNode'
  | 'UnknownTarget'
  | 'DialFailed'
  | 'DialRefused'
  | 'Stopped'

/** The base class of errors of the network. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'NetworkError'
    this.code = code
  }
}
