/** /healthz (the event loop turns), /readyz (the caches are filled; being the leader is not asked) and /metrics. */
import { createServer, type Server } from 'node:http'
import type { Registry } from '@prometheus-io/client'

export interface HealthOptions {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  readonly synced: () => boolean
}

/** Resolves when the server listens; a port that is taken is an error that says so. */
export async function startHealthServer({ host, port, registry, synced }: HealthOptions): Promise<Server> {
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    const path = request.url?.split('?')[0]
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body)
    }
    if (path === '/healthz') answer(200, 'text/plain', 'ok\n')
    else if (path === '/readyz') {
      if (synced()) answer(200, 'text/plain', 'ok\n')
      else answer(503, 'text/plain', 'the caches are not filled yet\n')
    } else if (path === '/metrics') {
      registry.metrics().then(
        (text) => answer(200, registry.contentType, text),
        (error: unknown) => answer(500, 'text/plain', `${String(error)}\n`),
      )
    } else answer(404, 'text/plain', 'healthz, readyz, metrics\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}
