/** One question, one answer: pure. */
import type { Answer, Packet, Question } from 'dns-packet'
import { domain, type Found, find, type Named, type Target } from './zone.ts'

/** Seconds: the default of CoreDNS's plugin kubernetes. */
const ttl = 5
const recursionDesired = 0x0100
const authoritative = 0x0400
const recursionAvailable = 0x0080
const nameError = 3
const notImplemented = 4

/** Aliases of aliases are followed so far. */
const longestChain = 8

export function answer(query: Packet, named: Named): Packet {
  const [question, ...more] = query.questions ?? []
  const flags = ((query.flags ?? 0) & recursionDesired) | authoritative | recursionAvailable
  const base = { type: 'response', id: query.id ?? 0, questions: query.questions ?? [] } as const
  if (!question || more.length > 0) return { ...base, flags: flags | notImplemented }
  const { answers, additionals, exists } = recordsOf(question, named)
  return {
    ...base,
    flags: exists ? flags : flags | nameError,
    answers,
    additionals,
    // Says how long it may be remembered that there is nothing (RFC 2308).
    authorities: answers.length === 0 ? [authority] : [],
  }
}

interface Records {
  readonly answers: Answer[]
  readonly additionals: Answer[]
  readonly exists: boolean
}

function recordsOf(question: Question, named: Named): Records {
  const answers: Answer[] = []
  let name = question.name
  for (let step = 0; step < longestChain; step++) {
    const found = find(plain(name), named)
    if (found.kind !== 'alias') {
      const records = ownRecords(question.type, name, found)
      // An alias for what is outside of the cluster is all that can be said about it.
      return { ...records, answers: [...answers, ...records.answers], exists: records.exists || step > 0 }
    }
    answers.push({ type: 'CNAME', name, ttl, data: plain(found.host) })
    if (question.type === 'CNAME') break
    name = found.host
  }
  return { answers, additionals: [], exists: true }
}

function ownRecords(type: Question['type'], name: string, found: Found): Records {
  const none = { answers: [], additionals: [], exists: found.kind !== 'unknown' }
  if (found.kind === 'pointer')
    return type === 'PTR'
      ? { ...none, answers: found.hosts.map((data): Answer => ({ type: 'PTR', name, ttl, data })) }
      : none
  if (found.kind !== 'name') return none
  if (type === 'A') return { ...none, answers: turned(found.addresses).map((data) => address(name, data)) }
  if (type === 'SOA' && plain(name) === domain) return { ...none, answers: [authority] }
  if (type !== 'SRV') return none
  const hosts = new Map(found.targets.map((target) => [`${target.host} ${target.address}`, target]))
  return {
    ...none,
    answers: found.targets.map((target) => service(name, target, found.targets.length)),
    additionals: [...hosts.values()].map((target) => address(target.host, target.address)),
  }
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')

const address = (name: string, data: string): Answer => ({ type: 'A', name, ttl, data })

/** Weights as CoreDNS gives them: an equal share of a hundred. */
const service = (name: string, { port, host }: Target, among: number): Answer => ({
  type: 'SRV',
  name,
  ttl,
  data: { priority: 0, weight: Math.max(1, Math.floor(100 / among)), port, target: host },
})

const authority: Answer = {
  type: 'SOA',
  name: domain,
  ttl,
  data: {
    mname: `ns.dns.${domain}`,
    rname: `hostmaster.${domain}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  },
}

/** In an order that turns, so that clients which take the first spread. */
function turned(addresses: readonly string[]): readonly string[] {
  const start = addresses.length === 0 ? 0 : turn++ % addresses.length
  return [...addresses.slice(start), ...addresses.slice(0, start)]
}

let turn = 0
