import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@orlop/kube'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseLine } from './line.ts'
import { type LogOptions, readLog, select } from './reader.ts'
import { LogWriter } from './writer.ts'

let folder: string
let clock: FakeClock
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logs-'))
  clock = new FakeClock()
})
afterEach(async () => rm(folder, { recursive: true }))

async function read(
  writer: LogWriter,
  options: LogOptions,
  signal = new AbortController().signal,
): Promise<string> {
  let text = ''
  for await (const chunk of readLog(writer.file, options, { writer, now: clock.now(), signal })) text += chunk
  return text
}

function written(...texts: string[]): LogWriter {
  const writer = new LogWriter(join(folder, '0.log'), clock)
  for (const text of texts) writer.write('stdout', Buffer.from(text))
  return writer
}

test('lines come back as they were written, however they were cut on the way', async () => {
  const writer = written('on', 'e\ntwo\nthr', 'ee')
  expect(await read(writer, {})).toBe('one\ntwo\n')
  writer.close()
  expect(await read(writer, {})).toBe('one\ntwo\nthree\n')
})

test('a character in two pieces stays one', async () => {
  const writer = new LogWriter(join(folder, '0.log'), clock)
  const bytes = Buffer.from('é\n')
  writer.write('stdout', bytes.subarray(0, 1))
  writer.write('stdout', bytes.subarray(1))
  expect(await read(writer, {})).toBe('é\n')
})

test('a very long line is stored in pieces and read as one', async () => {
  const long = 'x'.repeat(40_000)
  const writer = written(`${long}\nend\n`)
  expect(await read(writer, {})).toBe(`${long}\nend\n`)
  expect(await read(writer, { tailLines: 2 })).toBe(`${long}\nend\n`)
})

test('tailLines, limitBytes and timestamps', async () => {
  const writer = written('1\n2\n3\n')
  expect(await read(writer, { tailLines: 2 })).toBe('2\n3\n')
  expect(await read(writer, { tailLines: 0 })).toBe('')
  expect(await read(writer, { limitBytes: 3 })).toBe('1\n2')
  expect(await read(writer, { timestamps: true, tailLines: 1 })).toMatch(/^\d{4}-\d\d-\d\dT.*Z 3\n$/)
})

test('only what was written since', () => {
  const at = (seconds: number): string => `${new Date(seconds * 1000).toISOString()} stdout F ${seconds}`
  expect(select([at(100), at(200), at(300)], { sinceSeconds: 150 }, 350_000)).toEqual(['200\n', '300\n'])
})

test('a log over the limit is set aside once and still read', async () => {
  const writer = new LogWriter(join(folder, '0.log'), clock, 100)
  for (let i = 0; i < 4; i++) writer.write('stdout', Buffer.from(`${i}\n`))
  expect(await read(writer, {})).toBe('0\n1\n2\n3\n')
})

test('following gives what is written later and ends with the run', async () => {
  const writer = written('before\n')
  const text = read(writer, { follow: true })
  writer.write('stderr', Buffer.from('after\n'))
  setImmediate(() => {
    writer.write('stdout', Buffer.from('last'))
    writer.close()
  })
  expect(await text).toBe('before\nafter\nlast\n')
})

test('following ends when the reader goes away', async () => {
  const reader = new AbortController()
  const text = read(written('x\n'), { follow: true }, reader.signal)
  reader.abort()
  expect(await text).toBe('x\n')
})

test('a record that is none is skipped', () => {
  expect(parseLine('garbage')).toBeUndefined()
})
