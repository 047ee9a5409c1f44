/**
 * The form of a directive's value:
 * `flags` is several words of `values`; `words` is a list of arguments whose meaning is the directive's own;
 * `letters` any of the one-letter `values`; `octal` a file mode; `file-only` no setting but an instruction of a configuration file (`include`, `user`...).
 */
export type DirectiveType =
  | 'bool'
  | 'integer'
  | 'octal'
  | 'memory'
  | 'percent-or-memory'
  | 'enum'
  | 'flags'
  | 'letters'
  | 'string'
  | 'words'
  | 'file-only'

/** What one version of an engine takes for one directive. */
export interface Directive {
  readonly name: string
  readonly type: DirectiveType
  /** Bounds of a number, in bytes for memory, both inclusive; none where the server has none below 2^53. */
  readonly min?: number
  readonly max?: number
  /** What an `enum`, `flags` or `letters` takes, in the server's spelling; it takes words in any case. */
  readonly values?: readonly string[]
  /** Values that CONFIG GET answers by another name. */
  readonly synonyms?: Readonly<Record<string, string>>
  /** As CONFIG GET answers on a server started with nothing. */
  readonly default?: string
  /** CONFIG SET takes it; else it takes a restart. */
  readonly live: boolean
  /** The newer name of the same setting. */
  readonly aliasOf?: string
  /** The value is a secret. */
  readonly sensitive?: boolean
}
