export type ProblemCode =
  | 'ControlCharacter'
  | 'InvalidValue'
  | 'NotInVersion'
  | 'OutOfRange'
  | 'OwnedDirective'
  | 'UnknownDirective'

/** Why a directive or its value cannot be used, and what would be right. */
export interface Problem {
  /** The name of the directive. */
  readonly field: string
  /** As given; a secret is left out. */
  readonly value: string
  readonly code: ProblemCode
  /** One sentence, without a period. */
  readonly message: string
  readonly remedy: string
}
