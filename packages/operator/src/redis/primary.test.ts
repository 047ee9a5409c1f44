import { describe, expect, test } from 'vitest'
import {
  asPrimary,
  both,
  dead,
  empty,
  fenced,
  following,
  linkDown,
  missing,
  running,
  says,
  sessions,
  silent,
  withVolume,
} from '../../testing/scene.ts'
import { choosePrimary } from './primary.ts'

const redis = sessions()

describe('a primary that serves', () => {
  test('stays', () => {
    expect(choosePrimary(redis, running(redis))).toEqual({ kind: 'keep', name: 'sessions-0' })
  })

  test('is adopted when nobody was recorded yet', () => {
    expect(choosePrimary(redis, running(redis, {}, { record: undefined }))).toEqual({
      kind: 'adopt',
      name: 'sessions-0',
    })
  })

  test('is adopted when the recorded one follows it: a switchover that was cut off', () => {
    const seen = running(redis, { 'sessions-0': following('sessions-1'), 'sessions-1': asPrimary })
    expect(choosePrimary(redis, seen)).toEqual({ kind: 'adopt', name: 'sessions-1' })
  })
})

describe('the first start', () => {
  test('promotes the lowest of the empty instances as soon as it answers', () => {
    const fresh = both(fenced, empty)
    const seen = running(
      redis,
      { 'sessions-0': fresh, 'sessions-1': fresh, 'sessions-2': missing },
      { record: undefined },
    )
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'promote', name: 'sessions-0' })
  })

  test('waits while a volume that may hold data has not been heard', () => {
    const fresh = both(fenced, empty, withVolume)
    const seen = running(
      redis,
      { 'sessions-0': fresh, 'sessions-1': fresh, 'sessions-2': both(silent, withVolume) },
      { record: undefined },
    )
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'wait', reason: 'ChoosingPrimary' })
  })

  test('prefers the volume with the most advanced data, whatever its ordinal', () => {
    const seen = running(
      redis,
      {
        'sessions-0': both(fenced, empty),
        'sessions-1': both(fenced, says({ offset: 5, keys: 100 })),
        'sessions-2': both(fenced, says({ offset: 9, keys: 50 })),
      },
      { record: undefined },
    )
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'promote', name: 'sessions-2' })
  })
})

describe('R4: a primary that came back empty', () => {
  test('does not serve: the most advanced replica is promoted', () => {
    const seen = running(redis, {
      'sessions-0': both(fenced, empty),
      'sessions-1': both(linkDown, says({ offset: 990 })),
      'sessions-2': both(linkDown, says({ offset: 1000 })),
    })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'promote', name: 'sessions-2' })
  })

  test('and while it is still dead, its data being gone for certain, nobody waits for it', () => {
    const seen = running(redis, { 'sessions-0': dead, 'sessions-1': linkDown, 'sessions-2': linkDown })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'promote', name: 'sessions-1' })
  })
})

describe('a primary that is silent', () => {
  test('is waited for while its process may still hold data', () => {
    const seen = running(redis, { 'sessions-0': silent, 'sessions-1': linkDown, 'sessions-2': linkDown })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'wait', reason: 'PrimaryUnreachable' })
  })

  test('is waited for while its volume holds data, even without a pod', () => {
    const seen = running(redis, {
      'sessions-0': both(missing, withVolume),
      'sessions-1': linkDown,
      'sessions-2': linkDown,
    })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'wait', reason: 'PrimaryUnreachable' })
  })
})

describe('what a person has to decide', () => {
  test('several primaries with data of their own', () => {
    const seen = running(redis, {
      'sessions-0': fenced,
      'sessions-1': both(asPrimary, says({ keys: 3 })),
      'sessions-2': both(asPrimary, says({ keys: 4 })),
    })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'refuse', reason: 'SeveralPrimaries' })
  })

  test('an unknown primary that is empty while another holds data', () => {
    const seen = running(redis, {
      'sessions-0': fenced,
      'sessions-1': both(asPrimary, empty),
      'sessions-2': linkDown,
    })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'refuse', reason: 'EmptyPrimary' })
  })
})

describe('a primary in memory whose pod was deleted by force', () => {
  const gone = (heardAgo: number): ReturnType<typeof running> =>
    running(redis, { 'sessions-0': missing, 'sessions-1': says({ heardAgo }), 'sessions-2': linkDown })

  test('nobody takes over while its process goes on writing to a replica', () => {
    expect(choosePrimary(redis, gone(1))).toMatchObject({
      kind: 'wait',
      reason: 'ChoosingPrimary',
      message: 'Waiting for the end of the process that sessions-1 still hears',
    })
  })

  test('its pod of the same name, which is empty, is not taken for that process', () => {
    const seen = running(redis, { 'sessions-0': both(fenced, empty) })
    expect(choosePrimary(redis, seen)).toMatchObject({ kind: 'wait', reason: 'ChoosingPrimary' })
  })

  test('one that is silent for long is not waited for', () => {
    expect(choosePrimary(redis, gone(4))).toMatchObject({ kind: 'promote', name: 'sessions-1' })
  })

  test('a replica of a replica hears that one', () => {
    const chain = running(redis, {
      'sessions-0': missing,
      'sessions-1': both(
        linkDown,
        says({ replicas: [{ host: 'sessions-2.', online: true, offset: 1000, lag: 0 }] }),
      ),
      'sessions-2': following('sessions-1'),
    })
    expect(choosePrimary(redis, chain)).toMatchObject({ kind: 'promote' })
  })
})
