/**
 * Tries what installs the operator: the chart by the real Helm, the roles on a real API server. Ends with one line.
 *
 *     hack/in-namespace node hack/install/run.ts [VITEST_ARGUMENT...]
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const report = join(root, 'test-results/install.json')
await rm(report, { force: true })
console.log('\n== install')
const config = join(import.meta.dirname, 'vitest.config.ts')
const vitest = spawn('vitest', ['run', '--config', config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
const [code] = await once(vitest, 'close')
const summary = await promisify(execFile)('node', [
  join(root, 'hack/test-summary.ts'),
  report,
  String(code ?? 1),
])
const told = summary.stdout.trimEnd().split('\n')
const [passed, failed] = (told.pop() ?? '').split(' ')
if (failed !== '0') console.log(told.join('\n'))
console.log(`\ninstall: ${passed} passed, ${failed} failed`)
if (failed !== '0') process.exitCode = 1
