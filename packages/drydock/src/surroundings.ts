/** What is around the API server: the network, the controllers and the nodes. */
import type { Client, Clock, Log } from '@orlop/kube'
import type { Certificate } from './certificate/issue.ts'
import { startControllers } from './controllers/controllers.ts'
import type { DrydockOptions } from './drydock.ts'
import { startApiProxy } from './gateway/api-proxy.ts'
import { certificateForPods, namesForPods } from './gateway/certificate.ts'
import { hasSkopeo, pullImage } from './images/skopeo.ts'
import { imageStore } from './images/store.ts'
import { type Machine, type StartedMachine, startMachine } from './machine.ts'
import { releaseMounts } from './mounts.ts'
import type { Faults } from './network/faults.ts'
import { type Network, startNetwork } from './network/network.ts'
import { apiAddressOf, apiServiceOf, type Ranges } from './network/ranges.ts'
import { startNode } from './node/node.ts'
import { hostPrograms } from './node/programs.ts'
import { storedPrograms } from './node/stored-programs.ts'
import { chooseNodes } from './node-count.ts'
import { paths } from './state.ts'

export interface Middle {
  readonly stateDir: string
  readonly log: Log
  readonly clock: Clock
  readonly random: () => number
  readonly nodeGrace: number
  readonly client: Client
  readonly ranges: Ranges
  readonly authority: Certificate
  /** Where the API server answers pods, behind the Service `kubernetes`. */
  readonly apiPort: number
  /** Aborted when all of it has to end. */
  readonly ended: AbortController
}

export interface Surroundings {
  readonly network: Network
  readonly machines: readonly StartedMachine[]
}

/** What is started is ended by what it adds to `undo`, last first. */
export async function startSurroundings(
  o: DrydockOptions,
  middle: Middle,
  undo: ((seconds?: number) => Promise<unknown>)[],
): Promise<Surroundings> {
  const { stateDir, log, clock, random, nodeGrace, client, ranges, authority, apiPort, ended } = middle
  const { signal } = ended
  const names = await chooseNodes(client, o.nodes)
  await o.prepared
  const network = await startNetwork({
    client,
    nodes: names,
    dialSocket: paths.dialSocket(stateDir),
    log,
    clock,
    random,
    signal,
    ranges,
  })
  undo.push(() => network.stop())
  const reached = [apiAddressOf(ranges), apiServiceOf(ranges)]
  const forPods = await startApiProxy(
    paths.apiSocket(stateDir),
    apiPort,
    certificateForPods(authority, reached, clock.now()),
    { address: apiAddressOf(ranges), hosts: [...namesForPods, ...reached] },
  )
  undo.push(() => forPods.close())
  const controllers = startControllers({
    client,
    log,
    clock,
    random,
    signal,
    stateDir,
    nodeGrace,
    autoscaling: o.autoscaling,
    authority: authority.cert,
  })
  controllers.catch((error: unknown) => log.error({ err: error }, 'the controllers ended'))
  undo.push(async () => {
    ended.abort()
    await controllers.catch(() => undefined)
  })
  undo.push(() => releaseMounts(stateDir))
  const store = imageStore(paths.images(stateDir))
  const programs =
    o.programs ??
    storedPrograms({
      store,
      host: hostPrograms(),
      pull: (await hasSkopeo()) ? (o.pull?.(store) ?? ((r, how) => pullImage(store, r, how))) : undefined,
    })
  const machines: StartedMachine[] = []
  undo.push((seconds) => Promise.all(machines.map((machine) => machine.stop(seconds))))
  for (const [i, name] of names.entries()) {
    machines.push(
      await startMachine({
        name,
        connect: (connected) => (connected ? network.faults.heal(name) : network.faults.partition(name)),
        start: (link) =>
          startNode({
            client,
            name,
            zone: `zone-${(i % 3) + 1}`,
            address: network.nodeAddresses.get(name),
            stateDir,
            network,
            programs,
            log,
            clock,
            random,
            signal,
            link,
            leaseSeconds: Math.min(40, (nodeGrace * 0.8) / 1000),
            timing: o.timing,
          }),
      }),
    )
  }
  return { network: { ...network, faults: withMachines(network.faults, machines) }, machines }
}

/** Whoever cuts off a node means the whole node. */
function withMachines(faults: Faults, machines: readonly Machine[]): Faults {
  const machine = (target: string): Machine | undefined => machines.find(({ name }) => name === target)
  return {
    partition: (target) => machine(target)?.cut() ?? faults.partition(target),
    heal: (target) => machine(target)?.mend() ?? faults.heal(target),
    blockBetween: (a, b) => faults.blockBetween(a, b),
    blockOneWay: (from, to) => faults.blockOneWay(from, to),
    unblock: (a, b) => faults.unblock(a, b),
    nodeReachable: (node) => faults.nodeReachable(node),
  }
}
