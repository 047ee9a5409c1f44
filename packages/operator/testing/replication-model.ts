/**
 * Three servers as a planner may meet them, without a clock: they are killed and come back, answers get lost, Kubernetes tells
 * late, an operator dies between two actions. For tests that try everything.
 */
import { labels } from '@orlop/api'
import type { Action } from '../src/action.ts'
import { nowhere } from '../src/observe/answer.ts'
import { buildConfigMap } from '../src/redis/build/config-map.ts'
import { announcedHost } from '../src/redis/build/names.ts'
import { plan } from '../src/redis/plan.ts'
import { both, running, says, sessions, withVolume } from './scene.ts'

export interface Server {
  readonly up: boolean
  /** What Kubernetes last said of `up`. */
  readonly told: boolean
  readonly primary: boolean
  /** Whom it replicates; -1 is nowhere. */
  readonly follows: number
  readonly linked: boolean
  /** The acknowledged writes it holds, one bit each. */
  readonly data: number
  readonly offset: number
  /** Its pod has the label by which clients come to write. */
  readonly labelled: boolean
  readonly reads: boolean
}

export interface State {
  readonly servers: readonly Server[]
  readonly record: number
  readonly recordVersion: number
  readonly writes: number
  /** What the pass under way has yet to do, decided on a world that may be gone. */
  readonly todo: readonly Action[]
  readonly lookedAt: number
  /** Who was killed since that look, one bit each. */
  readonly killed: number
}

export type Persistence = 'none' | 'aof'
const all = [0, 1, 2]
const nameOf = (i: number): string => `sessions-${i}`
const indexOf = (name: string): number =>
  all.find((i) => name === nameOf(i) || name.startsWith(`${nameOf(i)}.`)) ?? -1
const server = (state: State, i: number): Server => state.servers[i] ?? fresh
const bits = (set: number): number => all.concat(3, 4).filter((bit) => set & (1 << bit)).length

function change(state: State, i: number, to: Partial<Server>): State {
  return { ...state, servers: state.servers.map((s, at) => (at === i ? { ...s, ...to } : s)) }
}

function unlinkFollowers(state: State, of: number): State {
  return { ...state, servers: state.servers.map((s) => (s.follows === of ? { ...s, linked: false } : s)) }
}

/** What build/start-script.ts decides; `hears` is false when no peer's answer arrives. */
export function bootRole(
  state: State,
  me: number,
  persistence: Persistence,
  hears: boolean,
): Pick<Server, 'primary' | 'follows'> {
  const serving = hears
    ? all.find((i) => i !== me && server(state, i).up && server(state, i).primary)
    : undefined
  if (serving !== undefined) return { primary: false, follows: serving }
  if (state.record === me && persistence === 'aof') return { primary: true, follows: -1 }
  return { primary: false, follows: state.record === me ? -1 : state.record }
}

export interface End {
  readonly end: string
  readonly state: State
}

export class Model {
  readonly #redis
  readonly #decisions = new Map<string, ReturnType<typeof plan>['decision']>()
  readonly #ends = new Map<string, End>()
  readonly persistence: Persistence
  readonly #boot: typeof bootRole
  readonly #deaf: boolean

  constructor(
    persistence: Persistence,
    o: { readonly boot?: typeof bootRole; readonly deaf?: boolean } = {},
  ) {
    this.persistence = persistence
    this.#boot = o.boot ?? bootRole
    this.#deaf = o.deaf ?? true
    this.#redis = sessions(persistence === 'aof' ? { persistence: { mode: 'aof' } } : {})
  }

  decide(state: State, unheard: number): ReturnType<typeof plan>['decision'] {
    const { servers, record, recordVersion } = state
    const key = JSON.stringify([servers, record, unheard])
    const known = this.#decisions.get(key)
    if (known) return known
    const named = record < 0 ? undefined : nameOf(record)
    const redis = this.#redis
    const changes = Object.fromEntries(all.map((i) => [nameOf(i), this.#seen(state, i, i === unheard)]))
    const configMap = buildConfigMap(redis, named, String(recordVersion))
    const { decision } = plan(redis, running(redis, changes, { record: named, configMap }))
    this.#decisions.set(key, decision)
    return decision
  }

  #seen(state: State, i: number, unheard: boolean): ReturnType<typeof both> {
    const own = server(state, i)
    const attached = all.filter((j) => server(state, j).follows === i && server(state, j).linked)
    const view = says({
      role: own.primary ? 'primary' : 'replica',
      fenced: !own.primary && own.follows < 0,
      primaryHost: own.primary
        ? undefined
        : own.follows < 0
          ? nowhere.host
          : announcedHost(this.#redis, nameOf(own.follows)),
      primaryPort: own.primary ? undefined : own.follows < 0 ? nowhere.port : 6379,
      linkUp: own.linked,
      offset: own.offset,
      keys: bits(own.data),
      replId: own.linked ? `of-${own.follows}` : `of-${i}`,
      replicas: attached.map((j) => ({
        host: announcedHost(this.#redis, nameOf(j)),
        online: true,
        offset: server(state, j).offset,
        lag: 0,
      })),
    })
    return both(
      view,
      (instance) => {
        const guard = String(Math.min(this.#redis.spec.writes.minReplicas, attached.length))
        if (!instance.answer.ok) return instance
        const config = { ...instance.answer.value.config, 'min-replicas-to-write': guard }
        return { ...instance, answer: { ok: true, value: { ...instance.answer.value, config } } }
      },
      (instance) => ({
        ...instance,
        pod: instance.pod && {
          ...instance.pod,
          running: own.told,
          ready: own.told,
          labels: { [labels.role]: own.labelled ? 'primary' : 'replica', [labels.reads]: String(own.reads) },
        },
        ...(own.up && !unheard
          ? {}
          : { answer: { ok: false as const, code: 'TimedOut' as const, message: 'no answer' } }),
      }),
      ...(this.persistence === 'aof' ? [withVolume] : []),
    )
  }

  /** One action on the world as it is now; what cannot be carried out ends the pass. */
  act(state: State): State {
    const [action, ...todo] = state.todo
    const next = { ...state, todo }
    const failed = { ...state, todo: [] }
    if (!action) return failed
    switch (action.do) {
      case 'recordPrimary': {
        if (state.recordVersion !== state.lookedAt) return failed
        return { ...next, record: indexOf(action.instance), recordVersion: state.recordVersion + 1 }
      }
      case 'promote': {
        const i = indexOf(action.instance)
        if (state.record !== i || state.killed & (1 << i)) return next
        return server(state, i).up ? change(next, i, { primary: true, follows: -1, linked: false }) : failed
      }
      case 'replicate': {
        const i = indexOf(action.instance)
        if (!server(state, i).up) return failed
        const to = { primary: false, follows: indexOf(action.from), linked: false }
        return change(unlinkFollowers(next, i), i, to)
      }
      case 'label': {
        const wanted = action.labels
        const labelled = wanted[labels.role] === 'primary'
        return change(next, indexOf(action.instance), { labelled, reads: wanted[labels.reads] === 'true' })
      }
      default:
        throw new Error(`nothing here asks for ${action.do}: ${JSON.stringify(action).slice(0, 400)}`)
    }
  }

  look(state: State, unheard: number): State {
    const decision = this.decide(state, unheard)
    return {
      ...state,
      todo: decision.kind === 'act' ? decision.actions : [],
      lookedAt: state.recordVersion,
      killed: 0,
    }
  }

  start(state: State, i: number, hears: boolean): State {
    return change(state, i, { up: true, linked: false, ...this.#boot(state, i, this.persistence, hears) })
  }

  kill(state: State, i: number): State {
    const lost = this.persistence === 'none' ? { data: 0 } : {}
    // An append-only file keeps the data, not the offset.
    const killed = state.killed | (1 << i)
    return change({ ...unlinkFollowers(state, i), killed }, i, {
      up: false,
      linked: false,
      offset: 0,
      ...lost,
    })
  }

  sync(state: State, i: number): State | undefined {
    const own = server(state, i)
    const from = state.servers[own.follows]
    if (!own.up || own.primary || !from?.up || !(from.primary || from.linked)) return undefined
    const next = change(state, i, { linked: true, data: from.data, offset: from.offset })
    return this.key(next) === this.key(state) ? undefined : next
  }

  /** Everything that can happen next, by name. */
  *events(state: State): Generator<[string, State]> {
    if (state.todo.length > 0) {
      yield ['act', this.act(state)]
      yield ['operator dies', { ...state, todo: [] }]
    } else {
      for (const unheard of [-1, ...all]) {
        const next = this.look(state, unheard)
        if (next.todo.length > 0) yield [unheard < 0 ? 'look' : `look, without ${unheard}`, next]
      }
    }
    for (const i of all) {
      const own = server(state, i)
      if (own.up) yield [`kill ${i}`, this.kill(state, i)]
      else {
        yield [`start ${i}`, this.start(state, i, true)]
        if (this.#deaf) yield [`start ${i}, deaf`, this.start(state, i, false)]
      }
      if (own.told !== own.up) yield [`Kubernetes tells of ${i}`, change(state, i, { told: own.up })]
      if (own.up && own.primary && own.labelled && state.writes < 2) {
        const data = own.data | (1 << (state.writes + 1))
        yield [
          `write to ${i}`,
          { ...change(state, i, { data, offset: own.offset + 1 }), writes: state.writes + 1 },
        ]
      }
      const synced = this.sync(state, i)
      if (synced) yield [`${i} syncs`, synced]
    }
  }

  key(state: State): string {
    const { servers, record, recordVersion, writes, todo, lookedAt, killed } = state
    const rows = servers.map((s) =>
      [s.up, s.told, s.primary, s.follows, s.linked, s.data, s.offset, s.labelled, s.reads].map(Number),
    )
    return JSON.stringify([
      rows,
      record,
      writes,
      todo.length > 0 && [recordVersion === lookedAt, killed],
      todo.map(brief),
    ])
  }

  /** Without further faults: where it ends. */
  settle(from: State): End {
    const key = JSON.stringify([from.servers, from.record])
    const known = this.#ends.get(key) ?? this.#settle(from)
    this.#ends.set(key, known)
    return known
  }

  #settle(from: State): End {
    let state: State = { ...from, todo: [] }
    for (let step = 0; step < 40; step++) {
      for (const i of all) if (!server(state, i).up) state = this.start(state, i, true)
      for (const i of all) {
        state = change(state, i, { told: true })
        state = this.sync(state, i) ?? state
      }
      const decision = this.decide(state, -1)
      if (decision.kind === 'refuse') return { end: `refuse ${decision.reason}`, state }
      if (decision.kind === 'nothing')
        return { end: isServing(state) ? 'serves' : 'rests without serving', state }
      state = this.look(state, -1)
      while (state.todo.length > 0) state = this.act(state)
    }
    return { end: 'never settles', state }
  }
}

function brief(action: Action): unknown[] {
  return action.do === 'label'
    ? ['label', action.instance, action.labels]
    : [action.do, 'instance' in action && action.instance, 'from' in action && action.from]
}

function isServing({ servers, record }: State): boolean {
  return servers.every((s, i) =>
    i === record ? s.primary && s.labelled : !s.primary && s.follows === record && s.linked && !s.labelled,
  )
}

const fresh: Server = {
  up: true,
  told: true,
  primary: false,
  follows: -1,
  linked: false,
  data: 0,
  offset: 0,
  labelled: false,
  reads: false,
}
export const start: State = {
  servers: [fresh, fresh, fresh],
  record: -1,
  recordVersion: 1,
  writes: 0,
  todo: [],
  lookedAt: 0,
  killed: 0,
}
export const settled: State = {
  ...start,
  record: 0,
  servers: all.map((i) => ({
    ...fresh,
    ...(i === 0 ? { primary: true, labelled: true } : { follows: 0, linked: true, reads: true }),
    data: 1,
    offset: 1,
  })),
}

/** FAILOVER went through; who asked for it died before it wrote that down. */
export const movedBehindTheRecord: State = {
  ...settled,
  servers: all.map((i) => ({
    ...(settled.servers[i] ?? fresh),
    primary: i === 1,
    follows: i === 1 ? -1 : i === 0 ? 1 : 0,
    linked: i !== 1,
  })),
}
