/**
 * The plan against everything that can happen around it, breadth first, and two promises: never two primaries that clients can
 * write to, and no copy of an acknowledged write is thrown away that is the last one. From wherever it got, it ends serving.
 */
import { describe, expect, test } from 'vitest'
import {
  bootRole,
  Model,
  movedBehindTheRecord,
  type State,
  settled,
  start,
} from '../../testing/replication-model.ts'

/** What no event may do to the world. */
function wrong(event: string, before: State, after: State): string | undefined {
  const writable = after.servers.filter((s) => s.up && s.primary && s.labelled)
  if (writable.length > 1) return 'two primaries that clients can write to'
  const held = (state: State): number => state.servers.reduce((set, s) => set | s.data, 0)
  if (!event.startsWith('kill') && held(before) & ~held(after))
    return 'the last copy of a write was thrown away'
  return undefined
}

interface Found {
  readonly states: number
  readonly wrongs: readonly string[]
  readonly ends: readonly string[]
}

/** Breadth first, so that the first way to something wrong is a shortest one. */
function explore(model: Model, initial: State, depth: number): Found {
  const cameBy = new Map<string, { readonly event: string; readonly from: string | undefined }>()
  const wayTo = (key: string | undefined): string[] => {
    const way: string[] = []
    for (let at = key; at !== undefined; ) {
      const step = cameBy.get(at)
      if (step && step.event !== '') way.unshift(step.event)
      at = step?.from
    }
    return way
  }
  const wrongs = new Map<string, string>()
  const ends = new Set<string>()
  const say = (what: string, way: readonly string[]): void => {
    if (!wrongs.has(what)) wrongs.set(what, `${what}: ${way.join('; ')}`)
  }
  cameBy.set(model.key(initial), { event: '', from: undefined })
  let edge: State[] = [initial]
  for (let step = 0; step <= depth; step++) {
    const next: State[] = []
    for (const state of edge) {
      const from = model.key(state)
      const { end, state: settled } = model.settle(state)
      ends.add(end)
      if (end !== 'serves' && !end.startsWith('refuse'))
        say(end, [...wayTo(from), JSON.stringify(settled.servers)])
      if (step === depth) continue
      for (const [event, after] of model.events(state)) {
        const key = model.key(after)
        const problem = wrong(event, state, after)
        if (problem !== undefined) say(problem, [...wayTo(from), event])
        if (cameBy.has(key)) continue
        cameBy.set(key, { event, from })
        if (problem === undefined) next.push(after)
      }
    }
    edge = next
  }
  return { states: cameBy.size, wrongs: [...wrongs.values()], ends: [...ends].sort() }
}

describe.each(['none', 'aof'] as const)('persistence %s', (persistence) => {
  test.each([
    ['a cache that serves', settled, 7, true],
    ['a cache that starts for the first time', start, 8, true],
    // Lost with the record, an old primary with its data on disk must hear its peers to know that it was replaced.
    ['a switchover that nobody wrote down', movedBehindTheRecord, 7, persistence === 'none'],
  ] as const)('%s: nothing is lost, and it ends serving', (_, initial, depth, deaf) => {
    const found = explore(new Model(persistence, { deaf }), initial, depth)
    expect(found.wrongs).toEqual([])
    expect(found.ends).toEqual(['serves'])
    expect(found.states).toBeGreaterThan(500)
  })
})

test('it would be seen if an instance went on as the primary without its data', () => {
  const careless: typeof bootRole = (state, me, persistence, hears) =>
    state.record === me ? { primary: true, follows: -1 } : bootRole(state, me, persistence, hears)
  const { wrongs } = explore(new Model('none', { boot: careless }), settled, 4)
  expect(wrongs).toEqual([
    expect.stringMatching(/^the last copy of a write was thrown away: kill 0; start 0; /),
  ])
})
