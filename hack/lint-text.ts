/** What a formatter does not see: links between documents that lead nowhere, and words that mean something on one machine only. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '..')
const own = 'hack/lint-text.ts'
const binary = /\.(br|png|rdb)$/

const forbidden: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /(?<![\w.}])\/(work|root|home\/\w+)\//, what: 'a path of one machine' },
  { pattern: /\bissues? #?\d/i, what: 'a number that only a tracker explains' },
  { pattern: /npmjs\.|pypi\.org|proxy\.golang|registry=/, what: 'the host of a package registry' },
]

const { stdout } = await promisify(execFile)('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
  cwd: root,
  maxBuffer: 1 << 24,
  timeout: 10_000,
})
const problems: string[] = []
for (const path of stdout.split('\0')) {
  if (path === '' || path === own || binary.test(path) || !existsSync(join(root, path))) continue
  const text = await readFile(join(root, path), 'utf8')
  for (const [index, line] of text.split('\n').entries()) {
    for (const { pattern, what } of forbidden) {
      if (pattern.test(line)) problems.push(`${path}:${index + 1}: ${what}: ${line.trim().slice(0, 100)}`)
    }
  }
  if (path.endsWith('.md')) problems.push(...deadLinks(path, text))
}
if (problems.length > 0) {
  process.stderr.write(`${problems.sort().join('\n')}\n${problems.length} problems with texts\n`)
  process.exitCode = 1
}

function deadLinks(path: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].flatMap(([, target]) =>
    target === undefined || /^[a-z]+:/.test(target) || existsSync(join(root, dirname(path), target))
      ? []
      : [`${path}: the link to ${target} leads nowhere`],
  )
}
