/** An API server that the cases are run against. */
export interface Target {
  readonly name: string
  /** Path of a kubeconfig that may do everything there. */
  readonly kubeconfig: string
  stop(): Promise<void>
}
