/** Why a command on the cluster could not be carried out. */
export type ClusterErrorCode =
  /** The name cannot be one of a cluster, or of a node of it. */
  | 'BadName'
  /** It needs rights that this user does not have. */
  | 'NeedsRoot'
  /** It runs already, or something is left of it. */
  | 'Exists'
  /** There is no such cluster. */
  | 'NotRunning'
  /** A program of the system failed. */
  | 'CommandFailed'
  /** What was waited for did not come in time. */
  | 'Timeout'
  /** Something that cannot be taken away. */
  | 'Remains'

export class ClusterError extends Error {
  readonly code: ClusterErrorCode

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ClusterError'
    this.code = code
  }
}
