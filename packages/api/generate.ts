/**
 * Writes what is made from the schemas: types, CustomResourceDefinitions, reference pages.
 * With `--check` it writes nothing and fails if a file is not current.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { artefacts } from './generate/artefacts.ts'

const root = join(import.meta.dirname, '../..')
const check = process.argv.includes('--check')

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

for (const { path, text } of artefacts()) {
  const target = join(root, path)
  if (current(target) === text) continue
  if (check) {
    console.error(`${path} is not current; run: node packages/api/generate.ts`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    console.log(`wrote ${path}`)
  }
}
