/**
 * Watches a kind many times over, in a process of its own so that what it costs is not counted to the one that writes. It looks
 * for marks (`mark-N-`) in the bytes that arrive and notes when; nothing is parsed.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { loadConnection } from '../packages/kube/src/index.ts'

export interface Watchers {
  /** When each mark arrived at each watcher, in ms since 1970. */
  arrivals(): Promise<Map<string, number[]>>
  stop(): Promise<void>
}

/** Starts `count` watches of `path`; resolves when all are open. */
export async function startWatchers(kubeconfig: string, path: string, count: number): Promise<Watchers> {
  const child: ChildProcess = fork(import.meta.filename, [kubeconfig, path, String(count)])
  await once(child, 'message')
  return {
    arrivals: async () => {
      child.send('tell')
      const [told] = await once(child, 'message')
      return new Map(told)
    },
    stop: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function watch(kubeconfig: string, path: string, count: number): Promise<void> {
  const { server, socketPath, token, ca } = await loadConnection({ kubeconfig, env: process.env })
  const heard = new Map<string, number[]>()
  const mark = /mark-\d+-/g
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = server.startsWith('https:') ? httpsRequest : httpRequest
      const options = {
        headers: { authorization: `Bearer ${token}` },
        agent: false as const,
        ...(socketPath ? { socketPath } : {}),
        ...(ca ? { ca } : {}),
      }
      request(new URL(`${path}?watch=true`, server), options, (answer) => {
        let last = ''
        answer.setEncoding('latin1')
        answer.on('data', (text: string) => {
          const now = performance.timeOrigin + performance.now()
          for (const [found] of text.matchAll(mark)) {
            // An object may name its mark twice, in its fields and in its annotations.
            if (found === last) continue
            last = found
            const times = heard.get(found) ?? []
            heard.set(found, times)
            times.push(now)
          }
        })
        resolve()
      })
        .on('error', reject)
        .end()
    })
  for (let i = 0; i < count; i++) await open()
  process.on('message', () => process.send?.([...heard]))
  process.send?.('open')
}

if (import.meta.main) await watch(process.argv[2] ?? '', process.argv[3] ?? '', Number(process.argv[4]))
