import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeServices } from './services.ts'

test('the script of a service gives every word to the program as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'services-'))
  try {
    const words = ['plain', '--a=b,c', 'two words', "it's", '$HOME', '`x`', '', '*']
    await writeServices(folder, [{ name: 'says', command: ['printf', '%s\n', ...words] }])
    expect(execFileSync(join(folder, 'says'), { encoding: 'utf8' })).toBe(`${words.join('\n')}\n`)
  } finally {
    await rm(folder, { recursive: true })
  }
})
