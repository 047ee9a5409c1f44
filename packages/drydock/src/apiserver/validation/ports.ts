import { invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

export function validatePort(port: unknown, field: string): Cause[] {
  const fits = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535
  return fits ? [] : [invalid(field, port, 'must be between 1 and 65535, inclusive')]
}

/** A number of a port, or the name of one. */
export function portNameOrNumber(port: unknown, field: string): Cause[] {
  if (typeof port !== 'string') return validatePort(port ?? 0, field)
  return portName(port).map((why) => invalid(field, port, why))
}

/** IANA service names, as ports of containers are called. */
export function portName(name: string): string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[a-z0-9-]+$/.test(name)
      ? []
      : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
  ]
}
