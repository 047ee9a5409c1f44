/** What a person at a terminal sees of kubectl. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { plain } from '../../answers.ts'
import { settled } from '../../cluster.ts'
import { core } from '../../places.ts'

const cache = await mkdtemp(join(tmpdir(), 'kubectl-cache-'))
afterAll(() => rm(cache, { recursive: true, force: true }))
const program = process.env['CONFORMANCE_KUBECTL'] ?? 'kubectl'

/**
 * Runs lines of bash one after the other, in the folder `files` and in the namespace: `kubectl` stands for `kubectl -n NS`.
 * Gives what a terminal shows: what was typed and said, lines of the standard error begin with `! `, and the exit code
 * where it is not 0. A line that begins with a blank is run and not shown.
 * @param names what else to write otherwise
 */
export async function session(
  ns: string,
  lines: readonly string[],
  names: Record<string, string> = {},
): Promise<string> {
  await settled(core(ns, 'configmaps/kube-root-ca.crt'), () => true)
  const shown: string[] = []
  for (const line of lines) {
    const said = await bash(line, ns)
    if (!line.startsWith(' ')) shown.push(`$ ${line}`, ...said)
    else if (said.some((one) => one.startsWith('exit '))) shown.push(`$${line}`, ...said)
  }
  const text: string = plain(shown.join('\n'))
  return Object.entries(names).reduce((all, [from, to]) => all.replaceAll(from, to), steady(text))
}

/** Without ages and what else no two runs share. */
function steady(text: string): string {
  return (
    text
      // What client libraries log.
      .replace(/^! [IWE]\d{4} .*\n?/gm, '')
      .replace(/\b\d+m?s\b(?: +)?/g, 'AGE ')
      .replace(/(resourceVersion"?: )"\d+"/g, '$1VERSION')
      .replace(/https:\/\/127\.0\.0\.1:\d+/g, 'https://SERVER')
      .replace(/\b(real|drydock)\b/g, 'TARGET')
      .replace(/\b10\.96\.(?!0\.[01]\b)\d+\.\d+\b/g, 'CLUSTER-IP')
      .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'WHEN')
      .replace(/CLUSTER-IP +/g, 'CLUSTER-IP  ')
      .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-HASH')
      .replace(/kubectl-edit-\d+/g, 'kubectl-edit-NUMBER')
      .replace(/ReplicaSet "d-[a-z0-9]+"/g, 'ReplicaSet "d-HASH"')
      .replace(/ +$/gm, '')
  )
}

function bash(line: string, ns: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const path = `${dirname(program)}:${process.env['PATH']}`
  const env = {
    ...process.env,
    PATH: path,
    KUBECONFIG: process.env['CONFORMANCE_KUBECONFIG'],
    KUBECACHEDIR: cache,
    NS: ns,
    TZ: 'UTC',
  }
  const script = `kubectl() { command kubectl -n "$NS" "$@"; }\n${line}`
  const cwd = join(import.meta.dirname, 'files')
  // Without its file of the user, which it reads where its input is a socket, as a child's is here: what that prints is nobody's answer.
  execFile('bash', ['--norc', '-c', script], { env, cwd, timeout: 60_000 }, (error, stdout, stderr) => {
    const told = (from: string, mark: string) =>
      from === ''
        ? []
        : from
            .replace(/\n$/, '')
            .split('\n')
            .map((one) => mark + one)
    const code = error ? [`exit ${error.code ?? error.signal}`] : []
    resolve([...told(stdout, ''), ...told(stderr, '! '), ...code])
  })
  return promise
}
