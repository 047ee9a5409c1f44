/** The operator of bench/fleet.ts: the real one, with made-up servers. Tells what it has used when asked. */
import { createClient, silentLog, systemClock } from '../packages/kube/src/index.ts'
import { createMetrics, createOperator } from '../packages/operator/src/index.ts'
import { countingWrites } from './counted-writes.ts'
import { fleetServers } from './fleet-servers.ts'

const [, , socketPath = '', token = ''] = process.argv
const { client, writes } = countingWrites(createClient({ server: 'http://drydock', socketPath, token }))
const ended = new AbortController()
process.once('SIGTERM', () => ended.abort())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({
    cpu: (user + system) / 1e6,
    rss: process.memoryUsage.rss() / 2 ** 20,
    writes: writes(),
    at: performance.now(),
  })
})
await createOperator({
  client,
  clock: systemClock,
  log: silentLog,
  metrics: createMetrics(),
  identity: 'bench',
  leaseNamespace: 'default',
  elect: false,
  nodes: fleetServers(),
}).run(ended.signal)
await client.close()
process.disconnect()
