/**
 * Whether the clocks agree: of this machine, of the API server, and of the nodes.
 *
 * Redis keeps and replicates the end of a key's life as a point in time (redis src/expire.c: PEXPIREAT), so after a failover to a node whose clock
 * goes ahead keys vanish too early; certificates and tokens hold by the clock, too.
 */
import { isForbidden, type Lease, resources } from '@orlop/kube'
import { openAnswer } from '../../local/answer.ts'
import type { Check, Finding } from '../check.ts'
import type { ProbeReport } from '../probe/report.ts'
import { answersWithin, type Surroundings } from '../surroundings.ts'

/** Above this, in ms, it is worth a warning; times on the wire are whole seconds. */
const tolerated = 3_000

export const clock: Check = {
  name: 'clock',
  title: 'Clock',
  run: async (look) => {
    const here = await skewHere(look)
    const leases = await look.client
      .list(resources.leases, { namespace: 'kube-node-lease', signal: look.signal, timeout: answersWithin })
      .then(({ items }) => items.map(skewOfNode).filter((skew) => skew !== undefined))
      .catch((error: unknown) => {
        if (isForbidden(error)) return []
        throw error
      })
    return judgeClock(here, [...leases, ...skewsOfPods(look.probe)])
  },
}

/** A clock against that of the API server: it is ahead by at least `least` and at most `most` ms (behind: negative). */
export interface Skew {
  readonly who: string
  readonly least: number
  readonly most: number
}

async function skewHere({ connection, clock, signal }: Surroundings): Promise<Skew | undefined> {
  const asked = clock.now()
  const answer = await openAnswer(
    connection,
    '/version',
    AbortSignal.any([signal, AbortSignal.timeout(answersWithin)]),
  )
  answer.resume()
  const got = clock.now()
  const server = Date.parse(answer.headers.date ?? '')
  if (Number.isNaN(server)) return undefined
  // The header is cut to whole seconds, and was written at some time between question and answer.
  return { who: 'this machine', least: asked - server - 1000, most: got - server }
}

/**
 * A kubelet writes its time into its lease, and the API server its own into `managedFields` as it stores the change: two clocks at
 * one moment. Undefined where the server keeps no such record.
 */
export function skewOfNode(lease: Lease): Skew | undefined {
  const renewed = Date.parse(lease.spec?.renewTime ?? '')
  const stored = Math.max(...(lease.metadata.managedFields ?? []).map(timeOf))
  if (Number.isNaN(renewed) || !Number.isFinite(stored)) return undefined
  // Stored times are cut to whole seconds; a busy server takes its time to store.
  return { who: lease.metadata.name, least: renewed - stored - 1000, most: renewed - stored + slowestWrite }
}

/** How long a lease may be on its way, in ms. */
const slowestWrite = 2_000

function timeOf(entry: unknown): number {
  if (typeof entry !== 'object' || entry === null || !('time' in entry)) return Number.NaN
  return Date.parse(String(entry.time))
}

/** A pod told its clock after it was made and before its end was seen; both by the clock of the API server. */
function skewsOfPods(probe: ProbeReport | undefined): Skew[] {
  return (probe?.nodes ?? []).flatMap(({ node, clock: told }) =>
    told === undefined ? [] : [{ who: node, least: told.said - told.before, most: told.said - told.after }],
  )
}

export function judgeClock(here: Skew | undefined, nodes: readonly Skew[]): Finding {
  const wrong = [...(here === undefined ? [] : [here]), ...nodes].filter((skew) => surely(skew) > tolerated)
  if (wrong.length > 0) {
    return {
      result: 'warn',
      seen: `against the API server: ${[...new Set(wrong.map(told))].join(', ')}`,
      remedy: 'let chrony or systemd-timesyncd set the clock of each: timedatectl',
    }
  }
  const counted = new Set(nodes.map(({ who }) => who)).size
  const others =
    counted === 0 ? '; of the nodes: not known' : ` and ${counted === 1 ? 'one node' : `${counted} nodes`}`
  if (here === undefined) {
    return { result: 'unknown', seen: 'the API server does not tell its time' }
  }
  return {
    result: 'ok',
    seen: `this machine${counted === 0 ? '' : others} and the API server agree within ${tolerated / 1000} s${counted === 0 ? others : ''}`,
  }
}

/** By how much it is wrong at least, in ms. */
function surely({ least, most }: Skew): number {
  const [low, high] = least < most ? [least, most] : [most, least]
  return low > 0 ? low : high < 0 ? -high : 0
}

function told(skew: Skew): string {
  const seconds = Math.round(surely(skew) / 1000)
  return `${skew.who} is ${seconds} s ${Math.min(skew.least, skew.most) > 0 ? 'ahead' : 'behind'}`
}
