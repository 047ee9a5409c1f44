import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const here = import.meta.dirname

/** Prints every module that importing the package brings in. */
const probe = `
  import { registerHooks } from 'node:module'
  registerHooks({ load(url, context, next) { console.log(url); return next(url, context) } })
  await import(process.argv[1])
`

test('importing the package brings in nothing but its own files', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', probe, join(here, 'index.ts')],
    { timeout: 60_000 },
  )
  const foreign = stdout.split('\n').filter((url) => url.includes('/node_modules/'))
  expect(stdout).toContain('kube/src/json-client.ts')
  expect(foreign).toEqual([])
})

test('@kubernetes/client-node is loaded in one place, when it is needed', async () => {
  const importers: string[] = []
  for (const file of await readdir(here)) {
    const text = await readFile(join(here, file), 'utf8')
    if (!file.endsWith('.test.ts') && text.includes("'@kubernetes/client-node'")) importers.push(file)
  }
  expect(importers).toEqual(['auth-plugin.ts'])
  expect(await readFile(join(here, 'auth-plugin.ts'), 'utf8')).not.toMatch(/^import .*client-node/m)
})
