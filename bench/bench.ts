/**
 * Runs every benchmark, each in a process of its own, one after the other. One JSON line a figure; with --table a table
 * as well. Names of benchmarks as arguments run only these.
 *
 *   make bench
 *   hack/in-namespace node bench/bench.ts --table reconcile fleet
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Figure, parseFigure } from './figure.ts'

const benchmarks = ['up', 'api-server', 'reconcile', 'fleet', 'kube-store', 'moves']

const { values, positionals } = parseArgs({
  options: { table: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !benchmarks.includes(name))
if (unknown.length > 0) {
  console.error(`bench: there is no benchmark ${unknown.join(', ')}; there are ${benchmarks.join(', ')}`)
  process.exit(2)
}
const figures: Figure[] = []
for (const name of positionals.length > 0 ? positionals : benchmarks) {
  const code = await run(name, (figure) => figures.push(figure))
  if (code !== 0) {
    console.error(`bench: ${name} ended with ${code}`)
    process.exitCode = 1
  }
}
if (values.table) console.table(figures)

async function run(name: string, found: (figure: Figure) => void): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line)
    const figure = parseFigure(line)
    if (figure) found(figure)
  }
  return ended
}
