/** The cluster that the tests of this process speak to. */

import { Writable } from 'node:stream'
import { type Client, type ConnectionConfig, createClient, exec, loadConnection } from '@orlop/kube'
import { type RunOptions, run } from '../targets/command.ts'
import type { Target } from '../targets/target.ts'
import { chosen } from '../targets/targets.ts'

export const target: Target = await chosen(process.env).open()
const connection: ConnectionConfig = await loadConnection({ kubeconfig: target.kubeconfig, env: {} })
export const client: Client = createClient(connection, { userAgent: 'e2e' })

export const kubectl = (args: readonly string[], o?: RunOptions): Promise<string> =>
  run([...target.kubectl, ...args], o)

/** Waits for pods of its own: two minutes and a bit. */
export const helm = (args: readonly string[]): Promise<string> =>
  run([...target.helm, ...args], { within: 150_000 })

export interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs a command in a container of a pod. */
export async function execIn(namespace: string, pod: string, command: readonly string[]): Promise<Ended> {
  let output = ''
  const stdout = new Writable({
    write(chunk, _, done) {
      output += String(chunk)
      done()
    },
  })
  const signal = AbortSignal.timeout(30_000)
  const code = await exec(connection, {
    namespace,
    pod,
    command: [...command],
    stdout,
    stderr: stdout,
    signal,
  })
  return { code, output: output.trim() }
}
