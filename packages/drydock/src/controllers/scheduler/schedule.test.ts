import type { Node, Pod } from '@orlop/kube'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Affinity } from '../wire.ts'
import { schedule } from './schedule.ts'
import type { Volumes } from './situation.ts'

const ZONE = 'topology.kubernetes.io/zone'
const HOST = 'kubernetes.io/hostname'

interface NodeOptions {
  zone?: string
  cpu?: string
  pods?: string
  labels?: Record<string, string>
  ready?: string
  spec?: NonNullable<Node['spec']>
}

function node(name: string, o: NodeOptions = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [HOST]: name, [ZONE]: o.zone ?? name, ...o.labels } },
    spec: o.spec ?? {},
    status: {
      allocatable: { cpu: o.cpu ?? '4', memory: '4Gi', pods: o.pods ?? '110' },
      conditions: [{ type: 'Ready', status: o.ready ?? 'True' }],
    },
  }
}

function pod(name: string, spec: Partial<NonNullable<Pod['spec']>> = {}, owner = 'web'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: { app: owner },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: owner, controller: true },
      ],
    },
    spec: { containers: [{ name: 'c' }], ...spec },
  }
}

const asking = (requests: Record<string, string>): Partial<NonNullable<Pod['spec']>> => ({
  containers: [{ name: 'c', resources: { requests } }],
})

function on(nodeName: string, placed: Pod): Pod {
  return { ...placed, spec: { containers: [], ...placed.spec, nodeName } }
}

const noVolumes: Volumes = { affinities: [] }

function place(
  subject: Pod,
  nodes: readonly Node[],
  placed: readonly Pod[] = [],
  volumes = noVolumes,
): string {
  const podsOn = (name: string): Pod[] => placed.filter((p) => p.spec?.nodeName === name)
  const placement = schedule({ pod: subject, nodes, podsOn, volumes })
  return placement.node ?? placement.message
}

const three = [node('n1'), node('n2'), node('n3')]
const spread = {
  topologyKey: ZONE,
  maxSkew: 1,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
}
const apart = (topologyKey: string): Affinity => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey, labelSelector: { matchLabels: { app: 'web' } } },
    ],
  },
})

describe('a pod goes', () => {
  test('to the node with the fewest of its siblings, then to the emptiest', () => {
    expect(place(pod('a'), three)).toBe('n1')
    expect(place(pod('b'), three, [on('n1', pod('a'))])).toBe('n2')
    const others = ['n1', 'n2'].map((n) => on(n, pod('x', asking({ cpu: '1' }), 'other')))
    expect(place(pod('a'), three, others)).toBe('n3')
  })

  test('to another zone before another node of the same zone', () => {
    const nodes = [node('n1', { zone: 'a' }), node('n2', { zone: 'a' }), node('n3', { zone: 'b' })]
    expect(place(pod('b'), nodes, [on('n1', pod('a'))])).toBe('n3')
  })

  test('where its selector, its affinity and its volumes allow', () => {
    const nodes = [
      node('n1'),
      node('n2', { labels: { disk: 'fast' } }),
      node('n3', { labels: { disk: 'fast' } }),
    ]
    expect(place(pod('a', { nodeSelector: { disk: 'fast' } }), nodes)).toBe('n2')
    const requirement = { key: 'disk', operator: 'DoesNotExist' }
    const required = { nodeSelectorTerms: [{ matchExpressions: [requirement] }] }
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } }
    expect(place(pod('a', { affinity }), nodes, [on('n1', pod('b'))])).toBe('n1')
    const volume = [{ matchExpressions: [{ key: HOST, operator: 'In', values: ['n3'] }] }]
    expect(place(pod('a'), nodes, [], { affinities: [volume] })).toBe('n3')
  })

  test('to a tainted node only when it tolerates that', () => {
    const taint = { key: 'cache', value: 'only', effect: 'NoSchedule' }
    const nodes = [node('n1', { spec: { taints: [taint] } })]
    expect(place(pod('a'), nodes)).toContain('1 node(s) had untolerated taint(s).')
    expect(place(pod('a', { tolerations: [{ key: 'cache', value: 'only' }] }), nodes)).toBe('n1')
    expect(place(pod('a', { tolerations: [{ operator: 'Exists' }] }), nodes)).toBe('n1')
    expect(place(pod('a', { tolerations: [{ key: 'cache' }] }), nodes)).not.toBe('n1')
  })

  test('near those it wants to be near, and anywhere when it is the first of them', () => {
    const labelSelector = { matchLabels: { app: 'web' } }
    const affinity = {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector }] },
    }
    expect(place(pod('a', { affinity }), three)).toBe('n1')
    expect(place(pod('b', { affinity }), three, [on('n2', pod('a'))])).toBe('n2')
  })

  test('away from a node that is cordoned, silent, or not ready', () => {
    const nodes = [
      node('n1', { spec: { unschedulable: true } }),
      node('n2', { ready: 'Unknown' }),
      node('n3', { ready: 'False' }),
    ]
    expect(place(pod('a'), [...nodes, node('n4')])).toBe('n4')
    expect(place(pod('a'), nodes)).toBe(
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) had untolerated taint(s). ' +
        'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
  })
})

describe('no node', () => {
  test.each<[string, Pod, Pod[], string]>([
    [
      'has the processor',
      pod('a', asking({ cpu: '3' })),
      three.map((n) => on(n.metadata.name, pod('x', asking({ cpu: '2' })))),
      '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    ],
    [
      'has two things it lacks',
      pod('a', asking({ cpu: '8', memory: '1Ti' })),
      [],
      '0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    ],
    [
      'has the label',
      pod('a', { nodeSelector: { disk: 'fast' } }),
      [],
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
    [
      'is free of those it must not meet',
      pod('d', { affinity: apart(HOST) }),
      three.map((n) => on(n.metadata.name, pod('x'))),
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
    ],
    [
      'is free of those that must not meet it',
      pod('d'),
      three.map((n) => on(n.metadata.name, pod('x', { affinity: apart(HOST) }))),
      "0/3 nodes are available: 3 node(s) didn't satisfy existing pods anti-affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
    ],
  ])('%s', (_, subject, placed, message) => {
    expect(place(subject, three, placed)).toBe(message)
  })

  test('may have a pod more than it takes', () => {
    expect(place(pod('b'), [node('n1', { pods: '1' })], [on('n1', pod('a'))])).toContain('1 Too many pods.')
  })

  test('will do without its volume', () => {
    const problem = 'persistentvolumeclaim "data" not found'
    expect(place(pod('a'), three, [], { affinities: [], problem })).toMatch(
      /^0\/3 nodes are available: persistentvolumeclaim "data" not found\. /,
    )
    const elsewhere = [{ matchExpressions: [{ key: HOST, operator: 'In', values: ['n9'] }] }]
    expect(place(pod('a'), three, [], { affinities: [elsewhere] })).toContain(
      '3 node(s) had volume node affinity conflict',
    )
  })

  test('is there at all', () => {
    expect(place(pod('a'), [])).toBe('no nodes available to schedule pods')
  })
})

describe('spread constraints', () => {
  const spreading = (name: string): Pod => pod(name, { topologySpreadConstraints: [spread] })

  test('keep zones within maxSkew, whatever the load', () => {
    const nodes = [node('n1', { zone: 'a' }), node('n2', { zone: 'b', cpu: '1' })]
    const full = on('n2', pod('x', asking({ cpu: '1' }), 'other'))
    const wanting = pod('b', { topologySpreadConstraints: [spread], ...asking({ cpu: '1' }) })
    expect(place(wanting, nodes, [on('n1', spreading('a')), full])).toContain(
      "1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints",
    )
  })

  test('do not count pods that are going', () => {
    const going = on('n1', spreading('a'))
    going.metadata.deletionTimestamp = '2030-01-01T00:00:00Z'
    const nodes = [node('n1'), node('n2', { spec: { unschedulable: true } })]
    expect(place(spreading('b'), nodes, [going])).toBe('n1')
  })

  test('say when a node has no such label', () => {
    const bare = node('n1')
    bare.metadata.labels = {}
    expect(place(spreading('a'), [bare])).toContain('(missing required label)')
  })

  test('count a domain that is missing as empty by minDomains', () => {
    const both = pod('b', { topologySpreadConstraints: [{ ...spread, minDomains: 2 }] })
    expect(place(both, [node('n1')], [on('n1', spreading('a'))])).toContain('topology spread constraints')
    expect(place(spreading('b'), [node('n1')], [on('n1', spreading('a'))])).toBe('n1')
  })
})

describe('for any cluster', () => {
  const clusters = fc.array(
    fc.record({
      zone: fc.constantFrom('a', 'b', 'c'),
      cpu: fc.integer({ min: 1, max: 4 }),
      cordoned: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 25 })

  test('no node is overcommitted, no cordoned one used, and a pod is refused only when none has room', () => {
    fc.assert(
      fc.property(clusters, sizes, (shapes, tenths) => {
        const nodes = shapes.map(({ zone, cpu, cordoned }, i) =>
          node(`n${i}`, { zone, cpu: String(cpu), spec: { unschedulable: cordoned } }),
        )
        const left = new Map(shapes.map(({ cpu, cordoned }, i) => [`n${i}`, cordoned ? 0 : cpu * 10]))
        const placed: Pod[] = []
        for (const [i, size] of tenths.entries()) {
          const next = pod(`p${i}`, asking({ cpu: `${size * 100}m` }))
          const at = place(next, nodes, placed)
          const room = left.get(at)
          if (room === undefined) {
            expect([...left.values()].every((free) => free < size)).toBe(true)
          } else {
            expect(room).toBeGreaterThanOrEqual(size)
            left.set(at, room - size)
            placed.push(on(at, next))
          }
        }
      }),
    )
  })

  test('siblings are even over zones while there is room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), (count) => {
        const nodes = ['a', 'b', 'c'].flatMap((zone) => [
          node(`${zone}1`, { zone }),
          node(`${zone}2`, { zone }),
        ])
        const placed: Pod[] = []
        for (let i = 0; i < count; i++) placed.push(on(place(pod(`p${i}`), nodes, placed), pod(`p${i}`)))
        const perNode = nodes.map((n) => placed.filter((p) => p.spec?.nodeName === n.metadata.name).length)
        expect(Math.max(...perNode) - Math.min(...perNode)).toBeLessThanOrEqual(1)
        const perZone = [0, 2, 4].map((i) => (perNode[i] ?? 0) + (perNode[i + 1] ?? 0))
        expect(Math.max(...perZone) - Math.min(...perZone)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
