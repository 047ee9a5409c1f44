/** A reason that a user reads can be looked up, and the page names none that is gone. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
/** Codes of `checkConfig`, which become reasons as they are. */
const directiveProblems = 'packages/redis/src/directive/problem.ts'

const code = /'([A-Z][A-Za-z]+)'/g
/** Where a reason stands in the code: as a property, with its alternatives, or first in a call that makes a decision. */
const places = [
  /\breason: [^,\n}]*/g,
  /\?\.reason \?\? '[A-Z][A-Za-z]+'/g,
  /\b(?:wait|refuse)\(\s*[^,)]*/g,
  /\bscaled \? '[A-Z][A-Za-z]+' : '[A-Z][A-Za-z]+'/g,
  /\bplanSwitchover\([^\n]*/g,
]

let written = new Set<string>()
let documented = new Set<string>()

beforeAll(async () => {
  const source = join(root, 'packages/operator/src')
  const files = (await readdir(source, { recursive: true })).filter(
    (f) => f.endsWith('.ts') && !f.endsWith('.test.ts'),
  )
  const texts: string[] = []
  for (const file of files) texts.push(await readFile(join(source, file), 'utf8'))
  written = new Set(
    texts.flatMap((text) =>
      places.flatMap((place) => [...text.matchAll(place)].flatMap((m) => codesIn(m[0]))),
    ),
  )
  const problems = await readFile(join(root, directiveProblems), 'utf8')
  for (const found of /type ProblemCode =([^\n]|\n {2})*/.exec(problems)?.[0].matchAll(code) ?? [])
    written.add(found[1] ?? '')
  const page = await readFile(join(root, 'docs/reference/reasons.md'), 'utf8')
  documented = new Set(
    [...page.matchAll(/^\| .*$/gm)].flatMap(([row]) =>
      [...row.matchAll(/`([A-Z][a-z]+[A-Za-z]*)`/g)].map((m) => m[1] ?? ''),
    ),
  )
})

test('every reason of the operator has its line in docs/reference/reasons.md', () => {
  expect(written.size).toBeGreaterThan(40)
  expect([...written].filter((reason) => !documented.has(reason)).sort()).toEqual([])
})

test('the page names no reason that the operator does not have', () => {
  expect([...documented].filter((reason) => !written.has(reason)).sort()).toEqual([])
})

function codesIn(text: string): string[] {
  return [...text.matchAll(code)].map((match) => match[1] ?? '')
}
