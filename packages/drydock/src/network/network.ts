import type { Client, Clock, Log, Pod } from '@orlop/kube'
import { resources } from '@orlop/kube'
import type { PodNetwork } from '../node/network.ts'
import { makeBridges, removeBridges } from './bridges.ts'
import { type DialServer, serveDial } from './dial.ts'
import { startDns } from './dns/server.ts'
import { type Faults, NetworkFaults } from './faults.ts'
import { NetworkError } from './network-error.ts'
import { netnsOf, PodLinks } from './pod-links.ts'
import { type PolicyEnforcer, startPolicies } from './policy/enforcer.ts'
import { besidePods } from './policy/policy-world.ts'
import {
  besideAddressOf,
  claim,
  dnsAddressOf,
  doorAddressOf,
  isOurs,
  nodeRange,
  type Ranges,
  releaseRanges,
  wholeRanges,
} from './ranges.ts'
import { resolvConf } from './resolv-conf.ts'
import { startServiceProxy } from './service-proxy/proxy.ts'
import { serviceVariables } from './service-variables.ts'
import { type ServiceWatch, watchServices } from './service-watch.ts'

/** What a network is started with. */
export interface NetworkOptions {
  readonly client: Client
  /** Their names; each has a bridge and 253 addresses. */
  readonly nodes: readonly string[]
  /** Default: the whole ranges, for a drydock that is alone in its network namespace. `stop` gives claimed ones back. */
  readonly ranges?: Ranges
  /** Where processes outside of the network namespace get in. Default: nowhere. */
  readonly dialSocket?: string
  readonly log: Log
  readonly clock: Clock
  readonly random?: () => number
  readonly signal: AbortSignal
}

/** A network of pods, Services and names. */
export interface Network extends PodNetwork {
  readonly ranges: Ranges
  /** Where Services get their addresses, e.g. `10.96.0.0/16`. */
  readonly servicesRange: string
  /** Where programs beside the nodes come from, when they speak to pods: the operator, and this process. */
  readonly besideAddress: string
  /** The address of a node by its name: what binds to it reaches the node's pods also while the node is cut off. */
  readonly nodeAddresses: ReadonlyMap<string, string>
  readonly faults: Faults
  /** Leaves nothing in the kernel. Also done when the signal aborts; then this waits for its end. */
  stop(): Promise<void>
}

/**
 * Starts the network in the network namespace of this process, and gives it back when names and Services work.
 * @throws {NetworkError} `NoFreeRange` for too many nodes or a second drydock without claimed ranges, `CommandFailed` where the kernel refuses
 */
export async function startNetwork(o: NetworkOptions): Promise<Network> {
  const ranges = o.ranges ?? wholeRanges
  const { prefix } = ranges
  const nodes = new Map(o.nodes.map((name, place) => [name, nodeRange(ranges, place)]))
  const links = new PodLinks(ranges, nodes)
  const faults = new NetworkFaults({ table: `${prefix}faults`, nodes, link: (uid) => links.get(uid) })
  const ending = new AbortController()
  const running: Promise<void>[] = []
  let dial: DialServer | undefined
  let policies: PolicyEnforcer | undefined
  let watched: ServiceWatch

  const tearDown = async (): Promise<void> => {
    ending.abort()
    const failures: unknown[] = []
    // In this order: whoever still comes in, then the pods, then what they were connected to; each whether or not the last went well.
    const steps = [
      () => dial?.close(),
      () => Promise.all(running),
      () => faults.clear(),
      () => links.detachAll(),
      () => removeBridges(ranges),
      () => releaseRanges(ranges),
    ]
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) {
      throw new NetworkError('CommandFailed', `the network ${prefix} is not wholly gone`, {
        cause: new AggregateError(failures),
      })
    }
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= tearDown()
    return stopped
  }
  const refuseWhenStopped = (): void => {
    if (ending.signal.aborted) throw new NetworkError('Stopped', `the network ${prefix} is stopped`)
  }

  if (!(await claim(ranges)) && o.ranges === undefined) {
    throw new NetworkError('NoFreeRange', 'another drydock runs in this network namespace')
  }
  try {
    await makeBridges(ranges, [...nodes.values()])
    await reserveKnown(o.client, links, ranges)
    const { client, log, clock, random = Math.random } = o
    const common = { client, clock, random, signal: AbortSignal.any([ending.signal, o.signal]) }
    watched = await watchServices({ ...common, log: log.child({ part: 'services' }) })
    running.push(watched.ended)
    const dns = await startDns({
      ...common,
      watched,
      address: dnsAddressOf(ranges),
      log: log.child({ part: 'dns' }),
    })
    running.push(dns.stopped)
    const proxy = await startServiceProxy({
      ...common,
      watched,
      nodes: [...nodes].map(([name, range]) => ({ name, ...range })),
      table: `${prefix}services`,
      log: log.child({ part: 'service-proxy' }),
    })
    running.push(proxy.stopped)
    policies = await startPolicies({
      ...common,
      table: `${prefix}policies`,
      beside: besidePods(dnsAddressOf(ranges), besideAddressOf(ranges)),
      log: log.child({ part: 'policies' }),
    })
    running.push(policies.stopped)
    if (o.dialSocket !== undefined) {
      dial = await serveDial({
        socketPath: o.dialSocket,
        allowed: (address) => isOurs(ranges, address),
        from: doorAddressOf(ranges),
        log: log.child({ part: 'dial' }),
      })
    }
    o.signal.throwIfAborted()
  } catch (error) {
    await stop().catch((left: unknown) =>
      o.log.warn({ err: left }, 'a network that did not start left something'),
    )
    throw error
  }
  o.signal.addEventListener(
    'abort',
    () => {
      stop().catch((error: unknown) => o.log.error({ err: error }, 'the network could not be removed'))
    },
    { once: true },
  )

  const dnsAddress = dnsAddressOf(ranges)
  return {
    ranges,
    servicesRange: ranges.services,
    dnsAddress,
    besideAddress: besideAddressOf(ranges),
    nodeAddresses: new Map([...nodes].map(([name, { gateway }]) => [name, gateway])),
    faults,
    async attach(pod, node) {
      refuseWhenStopped()
      const link = await links.attach(pod.uid, node)
      const range = nodes.get(node)
      if (range) await policies?.attached(pod, { address: link.address, node: range.gateway })
      return { ip: link.address, netns: netnsOf(link) }
    },
    async detach(uid) {
      if (ending.signal.aborted) return stop()
      policies?.detached(uid)
      await faults.forget(uid)
      await links.detach(uid)
    },
    resolvConf: (wishes) => resolvConf(dnsAddress, wishes),
    serviceVariables: (namespace, links) => serviceVariables(watched.services.store.list(), namespace, links),
    stop,
  }
}

/** Pods of an earlier run are still known by their addresses until each is attached anew. */
async function reserveKnown(client: Client, links: PodLinks, ranges: Ranges): Promise<void> {
  let page: string | undefined
  do {
    const list = await client.list<Pod>(resources.pods, { limit: 500, ...(page ? { continue: page } : {}) })
    for (const { metadata, status } of list.items) {
      if (metadata.uid && status?.podIP && isOurs(ranges, status.podIP))
        links.reserve(metadata.uid, status.podIP)
    }
    page = list.metadata.continue
  } while (page)
}
