/** A `MicroTime` as Kubernetes writes it: six digits after the second, of which we know three. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
