/** What the command line answers where nothing runs, and what it prints for shells. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { errorCodes } from '../src/failure.ts'
import { createHome, type Home } from './orlop.ts'

const run = promisify(execFile)
let home: Home

beforeEach(async () => {
  home = await createHome()
})

afterEach(() => home.remove())

test.each([
  ['status'],
  ['uri', 'sessions'],
  ['cli', 'sessions'],
  ['run', '--', 'true'],
  ['shell'],
  ['kubeconfig'],
  ['logs', 'sessions'],
  ['node', 'ls'],
  ['node', 'stop', 'node-1'],
  ['doctor'],
  ['uninstall'],
])('%s says that nothing runs and how to start it', async (...args) => {
  const { code, stdout, stderr } = await home.orlop(...args)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^error \(NotRunning\): the local Kubernetes is not running\n {2}start it: orlop up/)
})

test('down of what does not run is no error', async () => {
  expect(await home.ok('down')).toBe('the local Kubernetes is not running\n')
})

test.each([
  [['up', '--nodes', 'many'], /--nodes.*many.*whole number from 1 to 9\n\(orlop up --help/],
  [['up', '--nodes', '10'], /from 1 to 9/],
  [['up', '--timeout', '0'], /from 1 to 3600/],
  [['up', '--file'], /argument missing/],
  [['logs', '--tail', 'all'], /number of lines/],
  [['logs', '--component', 'moon'], /operator, drydock/],
  [['uri'], /missing required argument 'name'\n\(orlop uri --help/],
  [['status', '--colour'], /unknown option '--colour'/],
  [['node', 'stop'], /missing required argument 'name'\n\(orlop node stop --help/],
  [['node', 'explode', 'node-1'], /unknown command 'explode'/],
  [['install', '--replicas', '0'], /from 1 to 9\n\(orlop install --help/],
  [['install', '--wait', 'soon'], /a time such as 90s or 2m/],
  [['doctor', '-o', 'yaml'], /table, json/],
  [['dwon'], /unknown command 'dwon'\n\(Did you mean down\?\)/],
] as const)('wrong use, %j, is told with where to read on, and ends with 2', async (args, message) => {
  const { code, stdout, stderr } = await home.orlop(...args)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
})

test('help is no error, and every command has one with what it is for', async () => {
  const help = await home.ok('--help')
  for (const command of [
    'up',
    'down',
    'status',
    'uri',
    'cli',
    'shell',
    'run',
    'kubeconfig',
    'logs',
    'doctor',
    'install',
    'uninstall',
    'version',
  ]) {
    expect(help).toMatch(new RegExp(`^ {2}${command}\\b.* {2,}\\S`, 'm'))
    expect(await home.ok(command, '--help')).toMatch(/^Usage: orlop /)
  }
})

test('files that cannot be used are named before anything is started', async () => {
  const bad = await home.file('bad.yaml', 'spec: [1\n')
  const other = await home.file('other.yaml', 'hello: world\n')
  const nameless = await home.file('nameless.yaml', 'apiVersion: v1\nkind: Pod\n')
  const refused = await home.file(
    'refused.yaml',
    'apiVersion: orlop.dev/v1alpha1\nkind: Redis\nmetadata: {name: x}\nspec: {memory: 64Mi, instances: 0}\n',
  )
  const cases: [string, RegExp][] = [
    [`${bad}.none`, /cannot read .*: there is no such file/],
    [dirname(bad), /cannot read .*: it is a folder/],
    [bad, /bad\.yaml: .* at line 2, column 1/],
    [other, /other\.yaml, document 1: not a Kubernetes object/],
    [nameless, /nameless\.yaml, document 1: metadata\.name is missing/],
    [refused, /Redis x: spec\.instances is 0: /],
  ]
  for (const [file, message] of cases) {
    const { code, stderr } = await home.orlop('up', '-f', file)
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
  }
  expect(existsSync(home.folder)).toBe(false)
})

test('a state folder whose path is too long, or that is a file, is told with a remedy', async () => {
  const long = await createHome(join('/tmp', 'x'.repeat(100)))
  const file = await createHome(await home.file('state', ''))
  for (const one of [long, file]) {
    const { code, stderr } = await one.orlop('up')
    await one.remove()
    expect([code, stderr]).toEqual([1, expect.stringMatching(/state folder .*\n {2}.*ORLOP_HOME/)])
  }
})

test('a tool that is missing is told with the package that has it', async () => {
  const tools = join(dirname(home.folder), 'bin')
  await mkdir(tools)
  const wrapper = await home.file(
    'bin/sh',
    '#!/bin/sh\n[ "$2" = "command -v bwrap" ] && exit 1\nexec /bin/sh "$@"\n',
  )
  await chmod(wrapper, 0o755)
  const { code, stderr } = await home.with({ PATH: `${tools}:${process.env['PATH']}` }).orlop('up')
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/missing: bubblewrap\n {2}sudo apt-get install .*bubblewrap/),
  ])
})

test('bash completes commands, and the names of caches', async () => {
  const script = await home.file('completion', await home.ok('completion', 'bash'))
  const complete = async (...words: string[]): Promise<string[]> => {
    const code = `orlop() { case "$*" in "status --names") printf 'sessions\\norders\\n' ;; "node ls --names") printf 'node-1\\nnode-2\\n' ;; esac; }
source ${script}; COMP_WORDS=(orlop "$@"); COMP_CWORD=$#; _orlop; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run('bash', ['-c', code, 'bash', ...words], { timeout: 30_000 })
    return stdout.trim().split('\n')
  }
  expect(await complete('u')).toEqual(['up', 'uri', 'uninstall'])
  expect(await complete('')).toEqual(expect.arrayContaining(['up', 'down', 'status', 'logs', 'completion']))
  expect(await complete('')).not.toContain('_supervise')
  expect(await complete('uri', '')).toEqual(['sessions', 'orders'])
  expect(await complete('cli', 'se')).toEqual(['sessions'])
  expect(await complete('install', '--force')).toEqual(['--force', '--force-conflicts'])
  expect(await complete('doctor', '--pro')).toEqual(['--probe', '--probe-image'])
  expect(await complete('node', 'st')).toEqual(['stop', 'start'])
  expect(await complete('node', 'cut', '')).toEqual(['node-1', 'node-2'])
})

test('what is printed to be typed names the command as it was called', async () => {
  const { stderr } = await home.with({ ORLOP_COMMAND: './bin/orlop' }).orlop('status')
  expect(stderr).toMatch(/start it: \.\/bin\/orlop up/)
})

test('every error code is explained in the reference, and only those', async () => {
  const reference = await readFile(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')
  const explained = [...reference.slice(reference.indexOf('## Errors')).matchAll(/^\| `(\w+)` \|/gm)].map(
    (m) => m[1],
  )
  expect(explained.sort()).toEqual([...errorCodes].sort())
})
