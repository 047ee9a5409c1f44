/** What the chart of this repository makes of values, by the real Helm. */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { programs } from './programs.ts'

const run = promisify(execFile)
const chart = join(resolve(import.meta.dirname, '../..'), 'charts/orlop')

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked at as they are.
export type Manifest = any

const helm = join(await programs('helm'), 'helm')

/** Standard output of `helm ARGS`. @throws with what Helm says on standard error */
export async function runHelm(...args: string[]): Promise<string> {
  const { stdout } = await run(helm, args, { timeout: 60_000, maxBuffer: 1 << 24 })
  return stdout
}

/** The objects that an installation makes; `values` as after `--set-json`. */
export async function template(values: object = {}, namespace = 'orlop-system'): Promise<Manifest[]> {
  const text = await runHelm(
    'template',
    'orlop',
    chart,
    '--namespace',
    namespace,
    ...Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`]),
  )
  return parseAllDocuments(text).flatMap((document) => document.toJS() ?? [])
}

export function lint(): Promise<string> {
  return runHelm('lint', '--strict', chart)
}
