/** How much of an answer fits into a datagram. */
import { encode, type OptAnswer, type Packet } from 'dns-packet'

/** What every client takes (RFC 1035), and the most that we send to one that takes more (RFC 6891). */
const plain = 512
const most = 4096
/** What we take ourselves, and no network divides. */
const ownSize = 1232
const truncated = 0x0200

const optOf = (query: Packet): OptAnswer | undefined => query.additionals?.find((one) => one.type === 'OPT')

/** The answer with our part of EDNS, for a client that speaks it. */
export function withExtension(query: Packet, response: Packet): Packet {
  if (!optOf(query)) return response
  const own: OptAnswer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: ownSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  }
  return { ...response, additionals: [...(response.additionals ?? []), own] }
}

/**
 * The datagram for a client. What does not fit is left out: first what nobody asked for, then answers, which is said, so that the client
 * asks again over TCP.
 */
export function datagram(query: Packet, response: Packet): Buffer {
  const limit = Math.min(Math.max(optOf(query)?.udpPayloadSize ?? plain, plain), most)
  const full = encode(response)
  if (full.length <= limit) return full
  const additionals = (response.additionals ?? []).filter((one) => one.type === 'OPT')
  const short = encode({ ...response, additionals })
  if (short.length <= limit) return short
  const { answers = [], flags = 0 } = response
  const cut = (count: number): Buffer =>
    encode({ ...response, additionals, answers: answers.slice(0, count), flags: flags | truncated })
  let [low, high] = [0, answers.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (cut(middle).length <= limit) low = middle
    else high = middle - 1
  }
  return cut(low)
}
