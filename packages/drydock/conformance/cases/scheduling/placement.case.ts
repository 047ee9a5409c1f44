import { expect, test } from 'vitest'
import { kubectl, namespace, settled } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { sheet } from '../../masked.ts'
import { core } from '../../places.ts'
import { nodeOf, nodes, pod } from './pods.ts'

const one = { labelSelector: { matchLabels: { app: 'one' } } }
const host = { topologyKey: 'kubernetes.io/hostname', ...one }

test('required node affinity: In, NotIn, Exists, DoesNotExist, Gt, Lt', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes(
    { labels: { disk: 'ssd', size: '10' } },
    { labels: { disk: 'hdd', size: '20' } },
  )
  const wanted: [string, object, number][] = [
    ['in', { key: 'disk', operator: 'In', values: ['ssd', 'tape'] }, 0],
    ['not-in', { key: 'disk', operator: 'NotIn', values: ['ssd'] }, 1],
    ['gt', { key: 'size', operator: 'Gt', values: ['15'] }, 1],
    ['lt', { key: 'size', operator: 'Lt', values: ['15'] }, 0],
  ]
  for (const [name, requirement, index] of wanted) {
    const nodeSelectorTerms = [{ matchExpressions: [requirement] }]
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    }
    await pod(ns, name, mark, { affinity })
    expect(`${name} ${await nodeOf(ns, name)}`).toBe(`${name} ${names[index]}`)
  }
})

test('preferred node affinity decides between nodes alike', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({}, { labels: { disk: 'ssd' } }, {})
  const preference = { matchExpressions: [{ key: 'disk', operator: 'Exists' }] }
  const affinity = {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] },
  }
  await pod(ns, 'a', mark, { affinity })
  expect(await nodeOf(ns, 'a')).toBe(names[1])
})

test('a node by its name, through matchFields', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({}, {})
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [names[1]] }] }]
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
  await pod(ns, 'a', mark, { affinity })
  expect(await nodeOf(ns, 'a')).toBe(names[1])
})

test('pod affinity leads to the same node; the first of its kind may go anywhere', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {}, {})
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [host] } }
  await pod(ns, 'a', mark, { affinity }, { app: 'one' })
  const first = await nodeOf(ns, 'a')
  for (const name of ['b', 'c']) {
    await pod(ns, name, mark, { affinity }, { app: 'one' })
    expect(await nodeOf(ns, name)).toBe(first)
  }
})

test('anti-affinity by zone counts all nodes of the zone', async () => {
  const ns = await namespace()
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } })
  const { mark, names } = await nodes(zone('a'), zone('a'), zone('b'))
  const term = { topologyKey: 'topology.kubernetes.io/zone', ...one }
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
  await pod(ns, 'a', mark, { affinity, nodeSelector: { 'kubernetes.io/hostname': names[0] } }, { app: 'one' })
  await nodeOf(ns, 'a')
  await pod(ns, 'b', mark, { affinity }, { app: 'one' })
  expect(await nodeOf(ns, 'b')).toBe(names[2])
})

test('preferred anti-affinity keeps apart where that is possible', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {})
  const affinity = {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: host }],
    },
  }
  const seen = new Set<string>()
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, { affinity }, { app: 'one' })
    seen.add(await nodeOf(ns, name))
  }
  expect(seen.size).toBe(2)
})

test('a spread of at most one', async () => {
  const ns = await namespace()
  const { mark } = await nodes({}, {}, {})
  const spread = { topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...host }] }
  const seen: string[] = []
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, spread, { app: 'one' })
    seen.push(await nodeOf(ns, name))
  }
  expect(new Set(seen).size).toBe(3)
})

test('ScheduleAnyway goes on where it cannot be even', async () => {
  const ns = await namespace()
  const { mark } = await nodes(
    { labels: { rack: '1' } },
    { labels: { rack: '2' }, spec: { unschedulable: true } },
  )
  const spread = {
    topologySpreadConstraints: [
      { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', topologyKey: 'rack', ...one },
    ],
  }
  for (const name of ['a', 'b', 'c']) {
    await pod(ns, name, mark, spread, { app: 'one' })
    expect(await nodeOf(ns, name)).toBe(`${mark}-1`)
  }
})

test('a taint that is only preferred is avoided', async () => {
  const ns = await namespace()
  const { mark, names } = await nodes({ taints: [{ key: 'soft', effect: 'PreferNoSchedule' }] }, {})
  await pod(ns, 'a', mark)
  expect(await nodeOf(ns, 'a')).toBe(names[1])
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
  await run('drain', node, '--force', '--timeout=20s')
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
    $ drain NODE --force --timeout=20s
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
