/** S1 to S4: each scenario with each pattern of faults; nothing that a user sees is different from an undisturbed run. */
import {
  ApiFaults,
  everyCrash,
  everyStart,
  missedEvents,
  type Reference,
  type Report,
  record,
  reportText,
  staleAnswers,
  staleView,
  type Theatre,
} from '@orlop/drydock/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scenarios } from '../testing/scenarios.ts'
import { noAnswer } from '../testing/subject.ts'
import { createWorld, type World } from '../testing/world.ts'

const minutes = 60_000
/** How many points of each pattern and scenario; `FAULT_POINTS=all` tries every one. */
const usual = { crashes: 30, others: 4 }
/** Runs of one pattern at a time: the patterns of a scenario are tried side by side. */
const sideBySide = 1

let world: World
let theatre: Theatre

beforeAll(async () => {
  const faults = new ApiFaults()
  world = await createWorld({ hooks: faults.hooks })
  theatre = { drydock: world.drydock, faults, log: console.info }
})
afterAll(() => world.stop())

function found(report: Report): readonly string[] {
  console.info(reportText(report))
  return report.problems
}

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  let reference: Reference

  beforeAll(async () => {
    reference = await record(theatre, scenario)
  }, 5 * minutes)

  test.concurrent(
    'S1: stopped dead at any write, it goes on where it was',
    async () => {
      const report = await everyCrash(theatre, scenario, reference, { points: usual.crashes, sideBySide })
      expect(found(report)).toEqual([])
      // How often a status is written, or a label moved, depends on how fast instances start: the first of each sort always comes.
      expect(report.unmet.filter((point) => / 1\. /.test(point))).toEqual([])
      expect(report.unmet.length).toBeLessThan(report.points / 5)
    },
    60 * minutes,
  )

  test.concurrent(
    'S1: stopped dead whenever an instance starts, it goes on where it was',
    async () => {
      const report = await everyStart(theatre, scenario, reference)
      expect(found(report)).toEqual([])
      expect(report.tried).toBeGreaterThan(2)
    },
    60 * minutes,
  )

  test.concurrent(
    'S2: shown the past, it deletes nothing that lives',
    async () => {
      const report = await staleView(theatre, scenario, reference, { points: usual.others, sideBySide })
      expect(found(report)).toEqual([])
    },
    60 * minutes,
  )

  test.concurrent(
    'S3: what it did not see, or saw late, changes nothing',
    async () => {
      const kinds = ['Redis', 'Pod', 'StatefulSet', 'ConfigMap']
      const report = await missedEvents(theatre, scenario, reference, {
        kinds,
        points: usual.others,
        sideBySide,
      })
      expect(found(report)).toEqual([])
    },
    60 * minutes,
  )

  test.concurrent(
    'S4: old, late or missing answers of Redis send no command to the wrong server',
    async () => {
      const report = await staleAnswers(theatre, scenario, reference, {
        looking: ({ channel }) => channel === 'looking',
        silence: noAnswer,
        points: usual.others,
        sideBySide,
      })
      expect(found(report)).toEqual([])
    },
    60 * minutes,
  )
})
