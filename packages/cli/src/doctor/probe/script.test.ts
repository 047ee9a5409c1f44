import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { lookCommand, parseLook } from './script.ts'

const run = promisify(execFile)

test.each(['node', 'sh'] as const)('%s tells what this very machine has', async (runtime) => {
  const [program = '', ...args] = lookCommand(runtime)
  const { stdout } = await run(program, args, { timeout: 60_000 })
  const seen = parseLook(stdout)
  expect(seen.hugePages).toMatch(/^(always|madvise|never)$/)
  expect(seen.overcommit).toMatch(/^[012]$/)
  expect(Math.abs((seen.clock ?? 0) - Date.now())).toBeLessThan(60_000)
  // No cluster here.
  expect(seen.resolves).toBe(false)
})

test('what a pod may not see, or did not say, is left out', () => {
  expect(parseLook('huge-pages=\novercommit-error=EACCES\nhello\nclock=soon')).toEqual({})
  expect(parseLook('huge-pages=always [madvise] never\novercommit=1\nclock=1700000000000\ndns=ok')).toEqual({
    hugePages: 'madvise',
    overcommit: '1',
    clock: 1_700_000_000_000,
    resolves: true,
  })
})
