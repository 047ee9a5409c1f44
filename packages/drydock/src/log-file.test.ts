import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { appendTo } from './log-file.ts'

test('a log that has grown large is set aside, and five files are kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'a.log')
  for (let i = 1; i <= 8; i++) appendTo(file, 3).write(`${i}\n.`)
  expect(readdirSync(folder)).toEqual(['a.log', 'a.log.1', 'a.log.2', 'a.log.3', 'a.log.4'])
  expect(readFileSync(file, 'utf8')).toBe('8\n.')
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('7\n.')
  expect(readFileSync(`${file}.4`, 'utf8')).toBe('4\n.')
})
