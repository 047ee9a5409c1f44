import { join } from 'node:path'
import { firstWord, insidePid, startDaemon, withSmallHeap } from '../packages/drydock/src/daemon-process.ts'
import { paths, prepareState, renderKubeconfig, replaceFile } from '../packages/drydock/src/state.ts'
import { createClient } from '../packages/kube/src/index.ts'
import type { Measured } from './api-server.ts'

/** Starts the bundled daemon with one node, as the supervisor does. */
export async function startBenchDrydock(folder: string): Promise<Measured> {
  const { token } = await prepareState(folder)
  const socketPath = paths.apiSocket(folder)
  const program = withSmallHeap(join(import.meta.dirname, '../dist/drydock.mjs'))
  const began = performance.now()
  const daemon = startDaemon(program, { stateDir: folder, nodes: 1, apiPort: 16_443, companions: [] })
  const ready = firstWord(daemon)
  const client = createClient({ server: 'http://drydock', socketPath, token })
  while (!(await answers(() => client.request('GET', '/api/v1/namespaces'))))
    await new Promise((resolve) => setTimeout(resolve, 2))
  const started = performance.now() - began
  await client.close()
  await ready
  const kubeconfig = join(folder, 'kubeconfig.bench')
  await replaceFile(kubeconfig, renderKubeconfig(`unix://${socketPath}`, token))
  const pid = (await insidePid(daemon)) ?? 0
  const stop = async (): Promise<void> => {
    const exited = new Promise((resolve) => daemon.once('exit', resolve))
    daemon.stdin?.destroy()
    await exited
  }
  return { kubeconfig, started, pids: [pid], stop }
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  return await ask().then(
    () => true,
    () => false,
  )
}
