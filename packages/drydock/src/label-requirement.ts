/** One expression of a label selector, wherever it stands: in a selector of pods, in a term for nodes. Pure. */
export function meetsRequirement(
  value: string | undefined,
  operator: unknown,
  values: readonly string[],
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}
