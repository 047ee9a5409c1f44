/** What every command gets: the outside world, as arguments. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Where the bundles lie: orlop.mjs, drydock.mjs, operator.mjs. */
  readonly programs: string
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** What the process ends with when the command returned: a program that was run inside sets it. */
  exitCode: number
}
