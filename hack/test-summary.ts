/**
 * Reads vitest's JSON report: prints each failed test with its message and, on the last line, how many passed and failed.
 * Usage: node hack/test-summary.ts REPORT EXIT_CODE_OF_THE_TESTS
 * What failed outside of a test (a file that does not load, a report that is missing, a run cut off) counts as a failure.
 */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

const [path = '', exitCode = ''] = process.argv.slice(2)
/** Of a message, what tells enough: the first lines, without the frames of the runner. */
const lines = 12

let failures = 0
let passes = 0
const report = await readReport()
if (report) {
  for (const file of report.testResults) {
    const name = relative(process.cwd(), file.name)
    passes += file.assertionResults.filter((t) => t.status === 'passed').length
    const failed = file.assertionResults.filter((t) => t.status === 'failed')
    for (const t of failed) fail(`${name} > ${t.fullName}`, t.failureMessages?.join('\n') ?? '')
    if (file.status === 'failed' && failed.length === 0) fail(name, file.message ?? 'the file failed')
  }
  if (report.numFailedTests > failures) fail('report', 'it counts more failed tests than it names')
  if (passes + failures === 0) fail('report', 'no test ran')
}
if (exitCode !== '0' && failures === 0) {
  fail(
    'tests',
    exitCode === '124' ? 'they took too long and were cut off' : `they ended with exit code ${exitCode}`,
  )
}
console.log(`${passes} ${failures}`)

async function readReport(): Promise<Report | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    fail('report', `${path} cannot be read: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

function fail(name: string, message: string): void {
  failures++
  const text = message
    .trim()
    .split('\n')
    .slice(0, lines)
    .map((line) => `    ${line}`)
  console.log(`FAILED: ${name}\n${text.join('\n')}`)
}
