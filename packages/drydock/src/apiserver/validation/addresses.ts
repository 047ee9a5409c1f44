import { isIP, isIPv4 } from 'node:net'
import { invalid } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'

/** An address in its usual form; pkg/apis/core/validation `IsValidIPForLegacyField`. */
export function ipAddress(text: string, field: string): Cause[] {
  return isIP(text) === 0
    ? [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
    : []
}

export function ipRange(text: string, field: string): Cause[] {
  return parseRange(text) === undefined
    ? [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
    : []
}

/** An address that something of the cluster can have; `ValidateEndpointIP`. */
export function endpointAddress(text: string, field: string): Cause[] {
  const malformed = ipAddress(text, field)
  return malformed.length > 0 ? malformed : specialAddress(text, field)
}

/** What speaks against a well-formed address of an endpoint. */
export function specialAddress(text: string, field: string): Cause[] {
  const refuse = (why: string): Cause[] => [invalid(field, text, why)]
  if (text === '0.0.0.0' || text === '::') return refuse(`may not be unspecified (${text})`)
  if (/^127\.|^::1$/.test(text)) return refuse('may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (/^169\.254\.|^fe[89ab][0-9a-f]:/i.test(text))
    return refuse('may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (/^224\.0\.0\.|^ff02:/i.test(text))
    return refuse('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  return []
}

export interface AddressRange {
  readonly address: string
  readonly bits: number
}

export function parseRange(text: string): AddressRange | undefined {
  const [address = '', bits = '', ...more] = text.split('/')
  const most = isIPv4(address) ? 32 : 128
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most || more.length > 0)
    return undefined
  return { address, bits: Number(bits) }
}
