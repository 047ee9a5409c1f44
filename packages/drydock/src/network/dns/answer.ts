/** One question, one answer: pure. */
import type { Answer, Packet, Question } from 'dns-packet'
import type { Zone } from './zone.ts'

/** Seconds. Short: names follow pods, and the server is a hop away. */
const ttl = 2
const authoritative = 0x0400
const recursionAvailable = 0x0080
const nameError = 3
const notImplemented = 4

export function answer(query: Packet, zone: Zone): Packet {
  const question = query.questions?.[0]
  const flags = ((query.flags ?? 0) & 0x0100) | authoritative | recursionAvailable
  const base = { type: 'response', id: query.id ?? 0, questions: query.questions ?? [] } as const
  if (!question || query.questions?.length !== 1) return { ...base, flags: flags | notImplemented }
  const name = question.name.toLowerCase().replace(/\.$/, '')
  // Nothing outside is known: there is no way out of here.
  if (!zone.names.has(name)) return { ...base, flags: flags | nameError }
  return { ...base, flags, ...records(question, name, zone) }
}

function records(
  question: Question,
  name: string,
  zone: Zone,
): { answers: Answer[]; additionals?: Answer[] } {
  if (question.type === 'A') return { answers: addressRecords(question.name, name, zone) }
  if (question.type !== 'SRV') return { answers: [] }
  const targets = zone.ports.get(name) ?? []
  const answers = targets.map(
    ({ port, host }): Answer => ({
      type: 'SRV',
      name: question.name,
      ttl,
      data: { priority: 0, weight: Math.max(1, Math.floor(100 / targets.length)), port, target: host },
    }),
  )
  const hosts = [...new Set(targets.map((target) => target.host))]
  return { answers, additionals: hosts.flatMap((host) => addressRecords(host, host, zone)) }
}

/** In an order that turns, so that clients which take the first spread. */
function addressRecords(asked: string, name: string, zone: Zone): Answer[] {
  const addresses = zone.addresses.get(name) ?? []
  const start = addresses.length === 0 ? 0 : turn++ % addresses.length
  return [...addresses.slice(start), ...addresses.slice(0, start)].map((data) => ({
    type: 'A',
    name: asked,
    ttl,
    data,
  }))
}

let turn = 0
