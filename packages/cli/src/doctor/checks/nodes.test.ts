import type { Node } from '@orlop/kube'
import { expect, test } from 'vitest'
import { judgeNodes } from './nodes.ts'
import { judgeZones } from './zones.ts'

interface Made {
  readonly ready?: boolean
  readonly memory?: string
  readonly architecture?: string
  readonly kubelet?: string
  readonly zone?: string
  readonly taints?: { key: string; effect: string }[]
  readonly pressure?: boolean
  readonly os?: string
}

function node(name: string, o: Made = {}): Node {
  const condition = (type: string, yes: boolean) => ({ type, status: yes ? 'True' : 'False' })
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: o.zone === undefined ? {} : { 'topology.kubernetes.io/zone': o.zone } },
    spec: { ...(o.taints === undefined ? {} : { taints: o.taints }) },
    status: {
      allocatable: { cpu: '4', memory: o.memory ?? '16Gi' },
      conditions: [condition('Ready', o.ready ?? true), condition('MemoryPressure', o.pressure ?? false)],
      nodeInfo: {
        architecture: o.architecture ?? 'amd64',
        kernelVersion: '6.1.0',
        containerRuntimeVersion: 'containerd://1.7.2',
        kubeletVersion: o.kubelet ?? 'v1.34.0',
        operatingSystem: o.os ?? 'linux',
        bootID: '',
        machineID: '',
        systemUUID: '',
        osImage: '',
        kubeProxyVersion: '',
      },
    },
  }
}

test('nodes of one make are one line, and the largest cache is told', () => {
  const { result, seen, details } = judgeNodes([node('a'), node('b')])
  expect([result, seen]).toEqual([
    'ok',
    '2 of 2 ready; memory of an instance: at most 11Gi, while a node is otherwise empty',
  ])
  expect(details).toEqual(['2 × amd64, kernel 6.1.0, containerd 1.7.2, kubelet v1.34.0, 4 CPU, 16Gi'])
})

test.each([
  ['no nodes', [], 'fail'],
  ['none ready', [node('a', { ready: false })], 'fail'],
  [
    'only control planes',
    [node('a', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })],
    'fail',
  ],
  ['too small', [node('a', { memory: '80Mi' })], 'fail'],
  ['one lost', [node('a'), node('b', { ready: false })], 'warn'],
  ['an architecture without images', [node('a', { architecture: 's390x' })], 'warn'],
  ['short of memory', [node('a', { pressure: true })], 'warn'],
  ['an old kubelet', [node('a', { kubelet: 'v1.27.3' })], 'warn'],
  ['a taint that only prefers', [node('a', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] })], 'ok'],
  ['Windows beside Linux', [node('a'), node('w', { os: 'windows', ready: false })], 'ok'],
] as const)('%s', (_name, nodes, result) => {
  expect(judgeNodes(nodes).result).toBe(result)
})

test.each([
  ['one node without', [node('a')], 'ok', /no node says its zone/],
  ['several without', [node('a'), node('b')], 'warn', /spread over 2 nodes/],
  ['some without', [node('a', { zone: 'x' }), node('b')], 'warn', /x \(one node\); one node without a zone/],
  ['one', [node('a', { zone: 'x' }), node('b', { zone: 'x' })], 'ok', /one: x \(2 nodes\)/],
  ['two', [node('a', { zone: 'x' }), node('b', { zone: 'y' })], 'ok', /x \(one node\), y \(one node\)/],
  ['none at all', [], 'unknown', /no nodes/],
] as const)('zones: %s', (_name, nodes, result, seen) => {
  const finding = judgeZones(nodes)
  expect([finding.result, finding.seen]).toEqual([result, expect.stringMatching(seen)])
})
