/** Holds a local Kubernetes without the operator that `orlop up` runs beside it: here it is installed in the cluster, as anywhere. */
import { join } from 'node:path'
import { prepareState, runSupervisor, withSmallHeap } from '@orlop/drydock'
import { silentLog } from '@orlop/kube'

const [stateDir = '', bundles = ''] = process.argv.slice(2)
await prepareState(stateDir)
await runSupervisor({
  stateDir,
  nodes: 3,
  daemon: withSmallHeap(join(bundles, 'drydock.mjs')),
  companions: [],
  log: silentLog,
})
