/** What is wrong with a field, in words for the person who wrote it. */
export interface Problem {
  /** Path of the field, such as `spec.config.hz`. */
  readonly field: string
  readonly value: unknown
  /** What would be right. */
  readonly message: string
}
