/** S1 to S4: each scenario with patterns of faults; nothing that a user sees is different from an undisturbed run. */
import {
  ApiFaults,
  everyCrash,
  everyStart,
  missedEvents,
  type Reference,
  type Report,
  record,
  reportText,
  type Scenario,
  staleAnswers,
  staleView,
  type Theatre,
} from '@orlop/drydock/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cache } from '../testing/cache.ts'
import { appendOnly, inMemory, withSnapshots } from '../testing/scenarios.ts'
import { noAnswer } from '../testing/subject.ts'
import { createWorld, type World } from '../testing/world.ts'

const minutes = 60_000

type Pattern = (theatre: Theatre, scenario: Scenario<Cache>, reference: Reference) => Promise<Report>

/** With how many points each is tried; `FAULT_POINTS=all` tries every one. */
const patterns: Readonly<Record<string, Pattern>> = {
  'S1: stopped dead at any write, it goes on where it was': async (theatre, scenario, reference) => {
    const report = await everyCrash(theatre, scenario, reference, { points: 20, sideBySide: 2 })
    // How often a status is written, or a label moved, depends on how fast instances start: the first of each sort always comes.
    expect(report.unmet.filter((point) => / 1\. /.test(point))).toEqual([])
    expect(report.unmet.length).toBeLessThan(report.points / 5)
    return report
  },
  'S1: stopped dead whenever an instance starts, it goes on where it was': everyStart,
  'S2: shown the past, it deletes nothing that lives': (theatre, scenario, reference) =>
    staleView(theatre, scenario, reference, { points: 4, sideBySide: 2 }),
  'S3: what it did not see, or saw late, changes nothing': (theatre, scenario, reference) =>
    missedEvents(theatre, scenario, reference, {
      kinds: ['Redis', 'Pod', 'StatefulSet', 'ConfigMap'],
      points: 4,
      sideBySide: 2,
    }),
  'S4: old, late or missing answers of Redis send no command to the wrong server': (
    theatre,
    scenario,
    reference,
  ) =>
    staleAnswers(theatre, scenario, reference, {
      looking: ({ channel }) => channel === 'looking',
      silence: noAnswer,
      points: 4,
      sideBySide: 2,
    }),
}

/** The long scenarios share the patterns out between them, unless every point is asked for. */
const everything = process.env['FAULT_POINTS'] === 'all'
const all = Object.keys(patterns)
const table: readonly (readonly [Scenario<Cache>, readonly string[]])[] = [
  [inMemory, everything ? all : all.filter((name) => !/^S[24]/.test(name))],
  [appendOnly, everything ? all : all.filter((name) => !/whenever|^S3/.test(name))],
  [withSnapshots, all],
]

let world: World
let theatre: Theatre

beforeAll(async () => {
  const faults = new ApiFaults()
  world = await createWorld({ hooks: faults.hooks })
  theatre = { drydock: world.drydock, faults, log: console.info }
})
afterAll(() => world.stop())

describe.each(table.map(([scenario, names]) => [scenario.name, scenario, names] as const))(
  '%s',
  (_, scenario, names) => {
    let reference: Reference

    beforeAll(async () => {
      reference = await record(theatre, scenario)
    }, 15 * minutes)

    test.each(names)(
      '%s',
      async (name) => {
        const report = await patterns[name]?.(theatre, scenario, reference)
        if (report) console.info(reportText(report))
        expect(report?.problems).toEqual([])
      },
      60 * minutes,
    )
  },
)
