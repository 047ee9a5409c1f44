import { RedisError } from '../connect/error.ts'

/** State of a replica's link, as ROLE words it; `connected` is the good one. */
export type LinkState = 'none' | 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected' | 'unknown'

/** What a process answers to ROLE, in Kubernetes' words. Offsets are bytes of the replication stream. */
export type Role =
  | { readonly role: 'primary'; readonly offset: number; readonly replicas: readonly RoleReplica[] }
  | {
      readonly role: 'replica'
      readonly primaryHost: string
      readonly primaryPort: number
      readonly link: LinkState
      /** -1 while nothing was ever received. */
      readonly offset: number
    }
  | { readonly role: 'sentinel'; readonly primaries: readonly string[] }

export interface RoleReplica {
  readonly host: string
  readonly port: number
  readonly offset: number
}

const linkStates: readonly LinkState[] = ['none', 'connect', 'connecting', 'handshake', 'sync', 'connected']

/** Source: `roleCommand` in src/replication.c and src/sentinel.c, the same from 6.2 to 8.0 and in Valkey 7.2 to 9.1. */
export function parseRole(reply: unknown): Role {
  const list = asList(reply)
  switch (list[0]) {
    case 'master':
      return { role: 'primary', offset: asNumber(list[1]), replicas: asList(list[2] ?? []).map(parseReplica) }
    case 'slave':
      return {
        role: 'replica',
        primaryHost: asText(list[1]),
        primaryPort: asNumber(list[2]),
        link: linkStates.find((state) => state === list[3]) ?? 'unknown',
        offset: asNumber(list[4]),
      }
    case 'sentinel':
      return { role: 'sentinel', primaries: asList(list[1] ?? []).map(asText) }
    default:
      throw new RedisError('Unexpected', 'ROLE: the reply names no role')
  }
}

function parseReplica(reply: unknown): RoleReplica {
  const list = asList(reply)
  return { host: asText(list[0]), port: asNumber(list[1]), offset: asNumber(list[2]) }
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new RedisError('Unexpected', 'ROLE: a list was expected')
  return value
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function asNumber(value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : 0
}
