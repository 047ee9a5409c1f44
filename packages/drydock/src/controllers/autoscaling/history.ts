/** What an autoscaler wished and did lately. Kept in memory alone, as by the real one: after a restart it begins anew. Pure. */

export interface Wish {
  readonly replicas: number
  /** ms since the epoch */
  readonly at: number
}

export interface Change {
  /** By how many pods; never negative. */
  readonly by: number
  readonly at: number
}

export interface History {
  /** What the figures asked for, before any limit. */
  readonly wishes: readonly Wish[]
  readonly ups: readonly Change[]
  readonly downs: readonly Change[]
}

/** The longest window and period there may be, so that nothing older is asked for; ms. */
const longest = 3_600_000

/** @param replicas the size at the first look: whoever starts anew must not scale in at once */
export function beginHistory(replicas: number, now: number): History {
  return { wishes: [{ replicas, at: now }], ups: [], downs: [] }
}

export function withWish(history: History, replicas: number, now: number): History {
  return { ...history, wishes: [...recent(history.wishes, now), { replicas, at: now }] }
}

export function withChange(history: History, from: number, to: number, now: number): History {
  const change = { by: Math.abs(to - from), at: now }
  return to > from
    ? { ...history, ups: [...recent(history.ups, now), change] }
    : { ...history, downs: [...recent(history.downs, now), change] }
}

/** @param period ms */
export function changeWithin(changes: readonly Change[], period: number, now: number): number {
  return changes.filter(({ at }) => at > now - period).reduce((sum, { by }) => sum + by, 0)
}

function recent<T extends { readonly at: number }>(list: readonly T[], now: number): T[] {
  return list.filter(({ at }) => at >= now - longest)
}
