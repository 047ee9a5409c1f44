import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { linesAddedTo } from './follow.ts'

test('a file is followed through what is added, and into the new one when it is set aside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'follow-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'a.log')
  writeFileSync(file, 'before\none\n')
  const lines = linesAddedTo(file, 'before\n'.length, AbortSignal.timeout(60_000))[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('one')
  appendFileSync(file, 'two\n')
  renameSync(file, `${file}.1`)
  writeFileSync(file, 'three\nfour\n')
  expect((await lines.next()).value).toBe('two')
  expect((await lines.next()).value).toBe('three')
  expect((await lines.next()).value).toBe('four')
  await lines.return?.()
})
