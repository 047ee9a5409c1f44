/** What can go wrong on a node; the codes are those a Pod shows as the reason of a waiting container, where it shows one. */
export type NodeErrorCode =
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'ErrImagePull'
  | 'FailedMount'
  | 'FailedCreatePodSandBox'
  | 'StartError'
  | 'NotFound'
  | 'NotRunning'
  | 'BadRequest'
  | 'Protocol'
  | 'TimedOut'

/** The base class of errors of the node. */
export class NodeError extends Error {
  readonly code: NodeErrorCode

  constructor(code: NodeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'NodeError'
    this.code = code
  }
}

/** A message for people from anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
