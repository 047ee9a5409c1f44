/** Who has which address. All of it exists in network namespaces of the cluster alone. */
import { join } from 'node:path'
import { ClusterError } from './cluster-error.ts'
import type { Machine, Place } from './place.ts'

export const podRange = '10.244.0.0/16'
export const serviceRange = '10.96.0.0/16'
/** The Service `kubernetes`: the first address of the range, as everywhere. */
export const apiService = '10.96.0.1'
export const clusterDns = '10.96.0.10'
export const clusterDomain = 'cluster.local'
/** What Services of type LoadBalancer get. */
export const loadBalancerRange = '10.98.0.0/24'
/** The namespace that stands for the rest of the world. */
export const outsideAddress = '10.77.0.100'

/** How many nodes a cluster has; each has a zone of its own. */
export const nodeCount = 3

/** The network namespaces beside those of machines: the switch that connects all, and the outside. */
export const switchOf = ({ name }: Place): string => `${name}-sw`
export const outsideOf = ({ name }: Place): string => `${name}-out`

export function controlPlaneOf({ name, folder }: Place): Machine {
  return { name: 'cp', netns: `${name}-cp`, folder: join(folder, 'cp'), address: '10.77.0.2' }
}

export interface Node extends Machine {
  /** Counted from 1. */
  readonly number: number
  readonly pods: string
  /** The node's address among its pods: their gateway, and where its own requests to them come from. */
  readonly gateway: string
  readonly zone: string
}

export function nodesOf(place: Place): Node[] {
  return Array.from({ length: nodeCount }, (_, i) => nodeOf(place, i + 1))
}

function nodeOf({ name, folder }: Place, number: number): Node {
  return {
    name: `node-${number}`,
    number,
    netns: `${name}-n${number}`,
    folder: join(folder, `node-${number}`),
    address: `10.77.0.${10 + number}`,
    pods: `10.244.${number}.0/24`,
    gateway: `10.244.${number}.1`,
    zone: `zone-${number}`,
  }
}

/** @throws {ClusterError} `BadName` */
export function nodeNamed(place: Place, name: string): Node {
  const found = nodesOf(place).find((node) => node.name === name)
  if (!found)
    throw new ClusterError('BadName', `there is no node ${name}: they are node-1 to node-${nodeCount}`)
  return found
}

/** Whether `ip netns` would list this one for the cluster. */
export function isNetnsOf({ name }: Place, netns: string): boolean {
  return netns.startsWith(`${name}-`) && /^(sw|cp|out|n\d+)$/.test(netns.slice(name.length + 1))
}
