import { describe, expect, test } from 'vitest'
import { TimeZone } from './local-time.ts'
import { parseSchedule } from './schedule.ts'

/** Printed by github.com/robfig/cron v3.0.1, ParseStandard and Next. */
const due: readonly [spec: string, zone: string, from: string, next: string[]][] = [
  [
    '0 0 13 * 5',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2026-01-02T00:00Z', '2026-01-09T00:00Z', '2026-01-13T00:00Z', '2026-01-16T00:00Z'],
  ],
  [
    '0 0 */2 * 5',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2026-01-02T00:00Z', '2026-01-03T00:00Z', '2026-01-05T00:00Z', '2026-01-07T00:00Z'],
  ],
  [
    '5/20 * * * *',
    'UTC',
    '2026-01-01T00:00:30Z',
    ['2026-01-01T00:05Z', '2026-01-01T00:25Z', '2026-01-01T00:45Z', '2026-01-01T01:05Z'],
  ],
  [
    '30 1 * * *',
    'America/New_York',
    '2026-10-31T00:00:00Z',
    ['2026-10-31T05:30Z', '2026-11-01T05:30Z', '2026-11-01T06:30Z', '2026-11-02T06:30Z'],
  ],
  [
    '30 2 * * *',
    'America/New_York',
    '2026-03-07T00:00:00Z',
    ['2026-03-07T07:30Z', '2026-03-09T06:30Z', '2026-03-10T06:30Z', '2026-03-11T06:30Z'],
  ],
  [
    '0 0 * * *',
    'America/Havana',
    '2026-03-06T12:00:00Z',
    ['2026-03-07T05:00Z', '2026-03-09T04:00Z', '2026-03-10T04:00Z', '2026-03-11T04:00Z'],
  ],
  [
    '*/15 6-9 * jan,FEB mon-fri',
    'Asia/Kolkata',
    '2026-01-02T03:29:59Z',
    ['2026-01-02T03:30Z', '2026-01-02T03:45Z', '2026-01-02T04:00Z', '2026-01-02T04:15Z'],
  ],
  [
    '0 0 29 2 *',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2028-02-29T00:00Z', '2032-02-29T00:00Z', '2036-02-29T00:00Z', '2040-02-29T00:00Z'],
  ],
  ['59 23 31 2 *', 'UTC', '2026-01-01T00:00:00Z', []],
  [
    '@weekly',
    'Europe/Berlin',
    '2026-03-20T00:00:00Z',
    ['2026-03-21T23:00Z', '2026-03-28T23:00Z', '2026-04-04T22:00Z', '2026-04-11T22:00Z'],
  ],
  [
    '@every 1h30m',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2026-01-01T01:30Z', '2026-01-01T03:00Z', '2026-01-01T04:30Z', '2026-01-01T06:00Z'],
  ],
  [
    '@monthly',
    'UTC',
    '2026-01-31T00:00:00Z',
    ['2026-02-01T00:00Z', '2026-03-01T00:00Z', '2026-04-01T00:00Z', '2026-05-01T00:00Z'],
  ],
  [
    '15 10 ? * *',
    'UTC',
    '2026-01-01T10:15:00Z',
    ['2026-01-02T10:15Z', '2026-01-03T10:15Z', '2026-01-04T10:15Z', '2026-01-05T10:15Z'],
  ],
  [
    'TZ=Asia/Tokyo 0 6 * * *',
    'UTC',
    '2026-01-01T10:15:00Z',
    ['2026-01-01T21:00Z', '2026-01-02T21:00Z', '2026-01-03T21:00Z', '2026-01-04T21:00Z'],
  ],
]

describe('the next four times', () => {
  test.each(due)('%s in %s after %s', (spec, zone, from, expected) => {
    const schedule = parseSchedule(spec, TimeZone.of(zone))
    const seen: string[] = []
    for (
      let at = schedule.next(Date.parse(from));
      at !== undefined && seen.length < 4;
      at = schedule.next(at)
    )
      seen.push(new Date(at).toISOString().replace(':00.000Z', 'Z'))
    expect(seen).toEqual(expected)
  })
})

/** By the same library. */
const refused: readonly [spec: string, message: string][] = [
  ['', 'empty spec string'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['@often', 'unrecognized descriptor: @often'],
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
  ['-1 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
  ['* 24 * * *', 'end of range (24) above maximum (23): 24'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['TZ=No/Where * * * * *', 'provided bad location No/Where: unknown time zone No/Where'],
  ['1-x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
]

test.each(refused)('"%s" is refused: %s', (spec, message) => {
  expect(() => parseSchedule(spec)).toThrow(new RangeError(message))
})

test('a zone is called by its very name', () => {
  const names = ['Europe/Berlin', 'UTC', 'Etc/GMT+5', 'europe/berlin', '+01:00', 'Mars/Base', '']
  expect(names.map((name) => TimeZone.of(name) !== undefined)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})
