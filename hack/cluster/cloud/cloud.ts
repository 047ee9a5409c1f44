/**
 * What a cloud and a network plugin do for a cluster, in one process beside the machines: gives addresses to Services of type LoadBalancer
 * and leads the outside to them, and makes NetworkPolicies hold. Runs in the network of the control plane: cloud.ts NAME
 */
import { createClient, type Log, loadConnection, systemClock } from '@orlop/kube'
import { placeOf } from '../place.ts'
import { followLoadBalancers } from './load-balancers.ts'
import { enforcePolicies } from './policies.ts'

const place = placeOf(process.argv[2] ?? '')
const ended = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => ended.abort())

const client = createClient(await loadConnection({ env: { KUBECONFIG: place.kubeconfig } }))
const common = {
  client,
  log: lines({}),
  clock: systemClock,
  random: Math.random,
  signal: ended.signal,
  place,
}
await Promise.all([enforcePolicies(common), followLoadBalancers(common)])

/** One JSON line for each thing that is worth one. */
function lines(bindings: object): Log {
  const line =
    (level: string) =>
    (o: object, msg = ''): void =>
      console.log(JSON.stringify({ time: new Date(), level, msg, ...bindings, ...o }, plain))
  return {
    debug: () => {},
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (more) => lines({ ...bindings, ...more }),
  }
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value
}
