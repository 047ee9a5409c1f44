/** The command line inside the test's own process: against any API server, with any manifest, and without the bundles. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Context } from '../src/context.ts'
import { explainFailure } from '../src/failure.ts'
import { createProgram } from '../src/program.ts'
import type { Result } from './orlop.ts'

export interface Here {
  /** Runs a command to its end. */
  orlop(...args: string[]): Promise<Result>
  /** Begins a command; `interrupt` is Ctrl-C, `shown` what it has printed so far. */
  begin(...args: string[]): { result: Promise<Result>; interrupt(): void; shown(): string }
  remove(): Promise<void>
}

/**
 * @param kubeconfig its text or undefined; the cluster of every command
 * @param manifest what `orlop install` installs
 */
export async function createHere(kubeconfig: string, manifest: string): Promise<Here> {
  const folder = await mkdtemp('/tmp/oi-')
  const file = join(folder, 'kubeconfig')
  await writeFile(file, kubeconfig)
  await writeFile(join(folder, 'orlop.yaml'), manifest)
  const begin: Here['begin'] = (...args) => {
    const stop = new AbortController()
    const out = gather()
    const err = gather()
    const context: Context = {
      env: { HOME: folder, ORLOP_HOME: join(folder, 'none'), KUBECONFIG: file },
      signal: stop.signal,
      programs: folder,
      stdout: out.stream,
      stderr: err.stream,
      exitCode: 0,
    }
    const run = async (): Promise<Result> => {
      try {
        await createProgram(context).parseAsync(args, { from: 'user' })
        return { code: context.exitCode, stdout: out.text(), stderr: err.text() }
      } catch (error) {
        const { text, code } = explainFailure(error, context)
        return { code, stdout: out.text(), stderr: `${err.text()}${text}\n` }
      }
    }
    return {
      result: run(),
      interrupt: () => stop.abort(new Error('interrupted')),
      shown: () => out.text() + err.text(),
    }
  }
  return {
    begin,
    orlop: (...args) => begin(...args).result,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A stream that is no terminal, and what was written to it. */
function gather(): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: Buffer[] = []
  const stream = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk))
  // Of a terminal nothing is used but what is undefined here.
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

/** A kubeconfig for a server at an address. */
export function kubeconfigFor(server: string): string {
  return `apiVersion: v1
kind: Config
current-context: c
clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
`
}
