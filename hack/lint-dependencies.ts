/** DEPENDENCIES.md names exactly the dependencies that the package.json files list: none unexplained, none left over. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const root = resolve(import.meta.dirname, '..')
const packages = await readdir(join(root, 'packages'))
const manifests = ['package.json', ...packages.map((name) => join('packages', name, 'package.json'))]

const listed = new Set<string>()
for (const path of manifests) {
  const { dependencies, devDependencies }: Manifest = JSON.parse(await readFile(join(root, path), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!name.startsWith('@orlop/')) listed.add(name)
  }
}

// The first cell of each row of its tables: | `name` | ... |
const text = await readFile(join(root, 'DEPENDENCIES.md'), 'utf8')
const explained = new Set([...text.matchAll(/^\| `([^`]+)` \|/gm)].map((row) => row[1] ?? ''))

const problems = [
  ...[...listed]
    .filter((name) => !explained.has(name))
    .map((name) => `${name} has no line in DEPENDENCIES.md`),
  ...[...explained]
    .filter((name) => !listed.has(name))
    .map((name) => `${name} is in DEPENDENCIES.md and in no package.json`),
].sort()
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n${problems.length} problems with DEPENDENCIES.md\n`)
  process.exitCode = 1
}
