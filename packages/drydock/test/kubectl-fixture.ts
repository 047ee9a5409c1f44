import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The real kubectl; gives what it printed, errors included, and rejects where it fails. */
export type Kubectl = (...args: string[]) => Promise<string>

/**
 * kubectl speaks no unix sockets, and over plain HTTP it keeps its token to itself: a port on loopback goes to the API server's
 * socket and adds it.
 */
export async function kubectlFor(
  socketPath: string,
  token = 'a-token',
): Promise<{ kubectl: Kubectl; close(): Promise<void> }> {
  const door = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` }
    const onward = httpRequest(
      { socketPath, path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        // A watch may have nothing to say yet.
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const address = door.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-'))
  const kubeconfig = join(folder, 'config')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'd',
    clusters: [{ name: 'd', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'd', user: {} }],
    contexts: [{ name: 'd', context: { cluster: 'd', user: 'd', namespace: 'default' } }],
  }
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  const own = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'cache')]
  return {
    kubectl: async (...args) => {
      const { stdout, stderr } = await run('kubectl', [...own, ...args], { timeout: 90_000 })
      return stdout + stderr
    },
    async close() {
      door.closeAllConnections()
      door.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
