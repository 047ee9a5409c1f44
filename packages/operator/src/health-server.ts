/** /healthz (it is not stuck), /readyz (the caches are filled; being the leader is not asked) and /metrics. */
import { createServer, type Server } from 'node:http'
import type { Registry } from '@prometheus-io/client'

export interface HealthOptions {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  /** What only a restart helps against; undefined when all is well. That it answers at all shows that the event loop turns. */
  readonly stuck: () => string | undefined
  /** What it waits for; undefined when it is ready. */
  readonly waitingFor: () => string | undefined
}

/** Resolves when the server listens; a port that is taken is an error that says so. */
export async function startHealthServer(o: HealthOptions): Promise<Server> {
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    const path = request.url?.split('?')[0]
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body)
    }
    const say = (trouble: string | undefined): void =>
      trouble === undefined
        ? answer(200, 'text/plain', 'ok\n')
        : answer(503, 'text/plain; charset=utf-8', `${trouble}\n`)
    if (path === '/healthz') say(o.stuck())
    else if (path === '/readyz') say(o.waitingFor())
    else if (path === '/metrics') {
      o.registry.metrics().then(
        (text) => answer(200, o.registry.contentType, text),
        (error: unknown) => answer(500, 'text/plain', `${String(error)}\n`),
      )
    } else answer(404, 'text/plain', 'healthz, readyz, metrics\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(o.port, o.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}
