/**
 * Enforces the import rules of docs/architecture.md, which a formatter cannot: which package may import which, that each
 * package.json lists exactly what is imported, which libraries have one home, and that no file is part of a cycle.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

/** Ours, by package: what it may import of ours. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  api: [],
  kube: [],
  redis: [],
  operator: ['api', 'kube', 'redis'],
  drydock: ['kube'],
  cli: ['api', 'kube', 'redis', 'operator', 'drydock'],
}
/** Libraries with one home. */
const homes: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'kube',
  '@redis/client': 'redis',
}

const root = resolve(import.meta.dirname, '..')
const problems: string[] = []

for (const [name, ours] of Object.entries(allowed)) await checkPackage(name, ours)
if (problems.length > 0) {
  process.stderr.write(`${problems.sort().join('\n')}\n${problems.length} import problems\n`)
  process.exitCode = 1
}

async function checkPackage(name: string, ours: readonly string[]): Promise<void> {
  const folder = join(root, 'packages', name)
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  const dependencies = manifest.dependencies ?? {}
  const files = (await readdir(folder, { recursive: true })).filter(
    (f) => f.endsWith('.ts') && !f.includes('node_modules'),
  )
  const graph = new Map<string, string[]>()
  const used = new Set<string>()
  for (const file of files) {
    const path = join(folder, file)
    const test =
      /\.test\.ts$|^(test|testing|testdata|generate|conformance)\//.test(file) || file === 'generate.ts'
    const local: string[] = []
    for (const { from, type } of importsOf(await readFile(path, 'utf8'))) {
      const where = relative(root, path)
      if (from.startsWith('.')) {
        const target = resolve(dirname(path), from)
        if (!target.startsWith(`${folder}/`))
          problems.push(`${where}: ${from} leaves the package; import @orlop/...`)
        if (!type) local.push(target)
        continue
      }
      if (from.startsWith('node:')) continue
      const library = from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/')
      if (library.startsWith('@orlop/')) {
        const target = library.slice('@orlop/'.length)
        if (target === name) problems.push(`${where}: imports its own package by name`)
        else if (!ours.includes(target) && !(test && from.endsWith('/testing'))) {
          if (!test) problems.push(`${where}: ${name} may not import ${library}`)
        }
      }
      const home = homes[library]
      if (home !== undefined && home !== name)
        problems.push(`${where}: ${library} is imported in packages/${home} alone`)
      if (test) continue
      used.add(library)
      if (dependencies[library] === undefined)
        problems.push(`${where}: ${library} is not in packages/${name}/package.json`)
    }
    graph.set(path, local)
  }
  for (const library of Object.keys(dependencies)) {
    if (!used.has(library))
      problems.push(`packages/${name}/package.json: ${library} is listed and not imported`)
  }
  for (const cycle of cyclesOf(graph))
    problems.push(`import cycle: ${cycle.map((f) => relative(root, f)).join(' -> ')}`)
}

function importsOf(source: string): { from: string; type: boolean }[] {
  const found: { from: string; type: boolean }[] = []
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '')
  for (const match of code.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  )) {
    found.push({ from: match[2] ?? '', type: match[1] !== undefined })
  }
  // A lazy import breaks no cycle rule: it runs when both modules are there.
  for (const match of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g))
    found.push({ from: match[1] ?? '', type: true })
  return found
}

function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file])
      return
    }
    state.set(file, 'open')
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    state.set(file, 'done')
  }
  for (const file of graph.keys()) visit(file, [])
  return cycles
}
