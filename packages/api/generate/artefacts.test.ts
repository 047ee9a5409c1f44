import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { crds } from '../src/crds.ts'
import { artefacts } from './artefacts.ts'

const root = join(import.meta.dirname, '../../..')

test.each(artefacts().map(({ path, text }) => [path, text]))(
  '%s is current: node packages/api/generate.ts',
  (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  },
)

test('the YAML says what the definition says', () => {
  const written = artefacts().filter(({ path }) => path.startsWith('config/crd/'))
  expect(written.map(({ text }) => parse(text))).toEqual(crds())
})
