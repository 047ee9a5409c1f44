import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { unprotected } from './unprotected.ts'

const folder = mkdtempSync(join(tmpdir(), 'unprotected-'))
afterAll(() => rmSync(folder, { recursive: true }))
const script = join(folder, 'redis-server')
const server = join(folder, 'server')
writeFileSync(server, '#!/bin/sh\necho "got: $*"\n', { mode: 0o755 })
writeFileSync(script, unprotected(server), { mode: 0o755 })
const plain = join(folder, 'plain.conf')
writeFileSync(plain, 'port 7000\n')
const decided = join(folder, 'decided.conf')
writeFileSync(decided, 'port 7000\nProtected-Mode yes\n')

test.each([
  [[], '--protected-mode no'],
  [['--port', '7000'], '--protected-mode no --port 7000'],
  [[plain], `${plain} --protected-mode no`],
  [[plain, '--sentinel'], `${plain} --protected-mode no --sentinel`],
  [[join(folder, 'absent.conf')], `${join(folder, 'absent.conf')} --protected-mode no`],
  [[decided], decided],
  [['--protected-mode', 'yes'], '--protected-mode yes'],
  [[plain, '--protected-mode', 'yes'], `${plain} --protected-mode yes`],
  [['--version'], '--version'],
  [['-v'], '-v'],
  [['-h'], '-h'],
])('%j is run as %s', (args, wanted) => {
  expect(execFileSync(script, args, { encoding: 'utf8' }).trim()).toBe(`got: ${wanted}`.trim())
})
