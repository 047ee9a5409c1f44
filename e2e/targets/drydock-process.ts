/** Holds a local Kubernetes without the operator that `orlop up` runs beside it: here it is installed in the cluster, as anywhere. */
import { join } from 'node:path'
import { appendTo, paths, prepareState, runSupervisor, withSmallHeap } from '@orlop/drydock'
import { pino } from 'pino'

const [stateDir = '', bundles = ''] = process.argv.slice(2)
await prepareState(stateDir)
await runSupervisor({
  stateDir,
  nodes: 3,
  daemon: withSmallHeap(join(bundles, 'drydock.mjs')),
  companions: [],
  log: pino({ base: null }, appendTo(join(paths.logs(stateDir), 'supervisor.log'))),
})
