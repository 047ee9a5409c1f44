// Messages of the scheduler count all nodes, and the nodes that other cases make, cordon or lose would show in them.
import { expect, test } from 'vitest'
import { api, kubectl, namespace, settled } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, eventsOf, sheet } from '../../masked.ts'
import { core, create } from '../../places.ts'
import { nodeOf, nodes, pod, refusalOf } from '../scheduling/pods.ts'

test('a pod is bound, and an event says where to', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({})
  await pod(ns, 'a', mark)
  const node = await nodeOf(ns, 'a')
  expect(names).toContain(node)
  const bound = await settled(core(ns, 'pods/a'), (p) => p.status.conditions)
  expect(sheet(bound.status)).toMatchInlineSnapshot(`
    "conditions:
      - lastProbeTime: null
        lastTransitionTime: <time>
        status: "True"
        type: PodScheduled
    phase: Pending
    qosClass: BestEffort"
  `)
  expect(await eventsOf(ns, 'Pod', 'a', 1, { [node]: 'NODE' })).toMatchInlineSnapshot(`
    [
      "default-scheduler Normal Scheduled: Successfully assigned NS/a to NODE",
    ]
  `)
})

test('a refused pod shows it in its condition and in an event', async () => {
  const ns = await namespace()
  // The nodes of other cases are to be refused for their labels alone.
  await create(
    core(ns, 'pods'),
    'metadata: {name: a}\nspec: {nodeSelector: {no: such}, tolerations: [{operator: Exists}], containers: [{name: main, image: redis}]}',
  )
  expect(await refusalOf(ns, 'a')).toMatchInlineSnapshot(
    `"PodScheduled False Unschedulable: 0/N nodes are available: N node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/N nodes are available: N Preemption is not helpful for scheduling."`,
  )
  const { status } = (await api.get(core(ns, 'pods/a'))).body
  const [told] = await eventsOf(ns, 'Pod', 'a', 1)
  expect(told).toBe(`default-scheduler Warning FailedScheduling: ${status.conditions[0].message}`)
})

const big = { cpu: '3' }
test.each<[string, object[], object]>([
  ['more than a node has', [{}], big],
  [
    'a resource that no node has',
    [{}],
    { containers: [{ name: 'main', image: 'redis', resources: { limits: { 'example.com/gpu': '1' } } }] },
  ],
  [
    'cpu and memory',
    [{}],
    { containers: [{ name: 'main', image: 'redis', resources: { requests: { cpu: '3', memory: '5Gi' } } }] },
  ],
  [
    'an init container that is too large',
    [{}],
    { initContainers: [{ name: 'init', image: 'redis', resources: { requests: { cpu: '3' } } }] },
  ],
  ['no room for pods', [{ allocatable: { pods: '0' } }], {}],
  ['a node that is cordoned', [{ spec: { unschedulable: true } }], {}],
  ['a taint', [{ taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }], {}],
  ['a taint without a value', [{ taints: [{ key: 'gpu', effect: 'NoExecute' }] }], {}],
  [
    'two nodes with different taints',
    [{ taints: [{ key: 'a', effect: 'NoSchedule' }] }, { taints: [{ key: 'b', effect: 'NoSchedule' }] }],
    {},
  ],
  ['one node tainted, one full', [{ taints: [{ key: 'a', effect: 'NoSchedule' }] }, {}], big],
  ['a node selector', [{}], { nodeSelector: { disk: 'ssd' } }],
  [
    'a spread constraint over a label that the nodes lack',
    [{}],
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'rack',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { name: 'a' } },
        },
      ],
    },
  ],
  [
    'a pod affinity that nobody meets',
    [{}],
    {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'other' } } },
          ],
        },
      },
    },
  ],
  [
    'a claim that is not there',
    [{}],
    { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'none' } }] },
  ],
])('refused: %s', async (_, each, spec) => {
  const ns = await namespace()
  const { mark } = await nodes(...each)
  await pod(ns, 'a', mark, spec)
  expect(await refusalOf(ns, 'a')).toMatchSnapshot()
})

test('refused: another pod is where it may not be', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {})
  const antiAffinity = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'one' } } },
        ],
      },
    },
  }
  const first: string[] = []
  for (const name of ['a', 'b']) {
    await pod(ns, name, mark, antiAffinity, { app: 'one' })
    first.push(await nodeOf(ns, name))
  }
  expect(new Set(first).size).toBe(2)
  await pod(ns, 'c', mark, antiAffinity, { app: 'one' })
  expect(await refusalOf(ns, 'c')).toMatchInlineSnapshot(
    `"PodScheduled False Unschedulable: 0/N nodes are available: 2 node(s) didn't match pod anti-affinity rules, N node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/N nodes are available: 2 No preemption victims found for incoming pod, N Preemption is not helpful for scheduling."`,
  )
  await pod(ns, 'd', mark, {}, { app: 'one' })
  expect(await refusalOf(ns, 'd')).toMatchInlineSnapshot(
    `"PodScheduled False Unschedulable: 0/N nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules, N node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/N nodes are available: 2 No preemption victims found for incoming pod, N Preemption is not helpful for scheduling."`,
  )
})

test('refused: it would be spread unevenly', async () => {
  const ns = await namespace()
  const { mark } = await nodes(
    { labels: { rack: '1' } },
    { labels: { rack: '2' }, allocatable: { pods: '1' } },
  )
  const spread = {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'rack',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'one' } },
      },
    ],
  }
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, spread, { app: 'one' })
    await nodeOf(ns, name)
  }
  await pod(ns, 'd', mark, spread, { app: 'one' })
  expect(await refusalOf(ns, 'd')).toMatchInlineSnapshot(
    `"PodScheduled False Unschedulable: 0/N nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints, N node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/N nodes are available: 2 No preemption victims found for incoming pod, N Preemption is not helpful for scheduling."`,
  )
})

test('a pod behind a gate is not looked at until the gate is open', async () => {
  const ns = await namespace()
  const { mark } = await nodes({})
  await pod(ns, 'a', mark, { schedulingGates: [{ name: 'example.com/wait' }] })
  const waiting = await settled(core(ns, 'pods/a'), (p) => p.status.conditions?.length)
  expect(conditions(waiting)).toMatchInlineSnapshot(`
    [
      "PodScheduled False SchedulingGated: Scheduling is blocked due to non-empty scheduling gates",
    ]
  `)
  expect(waiting.spec.nodeName).toBeUndefined()
  await api.patch(core(ns, 'pods/a'), 'merge', { spec: { schedulingGates: [] } })
  await nodeOf(ns, 'a')
})

test('a pod that waits is placed once there is room', async () => {
  const ns = await namespace()
  const { mark } = await nodes({})
  await pod(ns, 'a', mark, { cpu: '2' })
  await nodeOf(ns, 'a')
  await pod(ns, 'b', mark, { cpu: '1' })
  expect(await refusalOf(ns, 'b')).toMatchInlineSnapshot(
    `"PodScheduled False Unschedulable: 0/N nodes are available: 1 Insufficient cpu, N node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/N nodes are available: 1 No preemption victims found for incoming pod, N Preemption is not helpful for scheduling."`,
  )
  await api.delete(core(ns, 'pods/a'), { gracePeriodSeconds: 0 })
  await nodeOf(ns, 'b')
})

test('a pod for another scheduler is left alone', async () => {
  const ns = await namespace()
  const { mark } = await nodes({})
  await pod(ns, 'a', mark, { schedulerName: 'other' })
  await pod(ns, 'b', mark)
  await nodeOf(ns, 'b')
  expect((await api.get(core(ns, 'pods/a'))).body.status.conditions).toBeUndefined()
})

test('a pod with a node name needs no scheduler, whatever the node says', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({ spec: { unschedulable: true } })
  const made = await pod(ns, 'a', mark, { nodeName: names[0] })
  expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
})

test('tolerations: Exists, Equal and everything', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({ taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] })
  const mine = { key: 'mark', value: mark, effect: 'NoSchedule' }
  const wanted: [string, object[]][] = [
    ['exists', [mine, { key: 'gpu', operator: 'Exists' }]],
    ['equal', [mine, { key: 'gpu', operator: 'Equal', value: 'yes' }]],
    ['all', [{ operator: 'Exists' }]],
  ]
  for (const [name, tolerations] of wanted) {
    await pod(ns, name, mark, { tolerations })
    expect(await nodeOf(ns, name)).toBe(names[0])
  }
})

test('kubectl cordon, uncordon and drain', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  const { mark, names } = await nodes({})
  const [node = ''] = names
  await pod(ns, 'a', mark)
  await settled(core(ns, 'pods/a'), (p) => p.status.phase === 'Running')
  const told: string[] = []
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await kubectl([...args])
    told.push(`$ ${args.join(' ')}\n${stdout}${stderr}${code}`)
  }
  await run('cordon', node)
  await run('cordon', node)
  const { spec } = await settled(`/api/v1/nodes/${node}`, (n) => n.spec.taints.length === 2)
  told.push(sheet(spec))
  await run('drain', node)
  await run('drain', node, '--force', '--timeout=50s')
  await run('uncordon', node)
  expect(sheet(told.join('\n'), { [ns]: 'NS', [node]: 'NODE', [mark]: 'MARK' })).toMatchInlineSnapshot(`
    "|-
    $ cordon NODE
    node/NODE cordoned
    0
    $ cordon NODE
    node/NODE already cordoned
    0
    taints:
      - effect: NoSchedule
        key: mark
        value: MARK
      - effect: NoSchedule
        key: node.kubernetes.io/unschedulable
        timeAdded: <time>
    unschedulable: true
    $ drain NODE
    node/NODE already cordoned
    error: unable to drain node "NODE" due to error: cannot delete cannot delete Pods that declare no controller (use --force to override): NS/a, continuing command...
    There are pending nodes to be drained:
     NODE
    cannot delete cannot delete Pods that declare no controller (use --force to override): NS/a
    1
    $ drain NODE --force --timeout=50s
    node/NODE already cordoned
    evicting pod NS/a
    pod/a evicted
    node/NODE drained
    Warning: deleting Pods that declare no controller: NS/a
    0
    $ uncordon NODE
    node/NODE uncordoned
    0"
  `)
})
