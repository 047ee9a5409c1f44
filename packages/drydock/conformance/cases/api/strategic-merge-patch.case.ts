import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json, Reply } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { core, deployment, inGroup, pod } from '../../fixtures.ts'

const containers = [
  {
    name: 'main',
    image: 'redis',
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    ports: [{ containerPort: 1, name: 'one' }],
    args: ['x', 'y'],
    volumeMounts: [{ name: 'v', mountPath: '/v' }],
  },
  { name: 'side', image: 'busybox' },
]

/** What a patch makes of the pod spec of a Deployment. */
async function patched(spec: object, patch: object): Promise<Reply> {
  const ns = await namespace()
  const template = { metadata: { labels: { app: 'web' } }, spec }
  const made = await api.post(inGroup('apps/v1', ns, 'deployments'), deployment('a', { template }))
  if (made.code !== 201) throw new Error(made.body.message)
  return await api.patch(`${inGroup('apps/v1', ns, 'deployments')}/a`, 'strategic', {
    spec: { template: { spec: patch } },
  })
}

const podSpec = {
  containers,
  volumes: [
    { name: 'v', emptyDir: {} },
    { name: 'w', configMap: { name: 'c' } },
  ],
  tolerations: [{ key: 'a', operator: 'Exists' }],
  nodeSelector: { a: 'b' },
  imagePullSecrets: [{ name: 'p' }],
  hostAliases: [{ ip: '1.2.3.4', hostnames: ['h'] }],
}

/** The pod spec, each container by what makes it out. */
const shown = ({ code, body }: Reply, ...fields: string[]): Json => {
  if (code !== 200) return [code, body.message]
  const { spec } = body.spec.template
  return fields.map((field) => field.split('.').reduce((at: Json, key) => at?.[key], spec))
}

test.each([
  [
    'containers merge by name',
    { containers: [{ name: 'main', image: 'redis:8' }] },
    ['containers.0.image', 'containers.0.args', 'containers.1.name'],
    ['redis:8', ['x', 'y'], 'side'],
  ],
  [
    'a new container comes first',
    { containers: [{ name: 'new', image: 'x' }] },
    ['containers.0.name', 'containers.1.name', 'containers.2.name'],
    ['new', 'main', 'side'],
  ],
  [
    'a container is deleted',
    { containers: [{ name: 'side', $patch: 'delete' }] },
    ['containers.0.name', 'containers.1'],
    ['main', undefined],
  ],
  [
    'containers are replaced',
    { containers: [{ $patch: 'replace' }, { name: 'only', image: 'x' }] },
    ['containers.0.name', 'containers.1'],
    ['only', undefined],
  ],
  [
    'env merges by name',
    {
      containers: [
        {
          name: 'main',
          env: [
            { name: 'B', value: '3' },
            { name: 'C', value: '4' },
          ],
        },
      ],
    },
    ['containers.0.env'],
    [
      [
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
        { name: 'C', value: '4' },
      ],
    ],
  ],
  [
    'env: one is deleted',
    { containers: [{ name: 'main', env: [{ name: 'A', $patch: 'delete' }] }] },
    ['containers.0.env'],
    [[{ name: 'B', value: '2' }]],
  ],
  [
    'env in an order',
    { containers: [{ name: 'main', '$setElementOrder/env': [{ name: 'B' }, { name: 'A' }] }] },
    ['containers.0.env'],
    [
      [
        { name: 'B', value: '2' },
        { name: 'A', value: '1' },
      ],
    ],
  ],
  ['args are replaced', { containers: [{ name: 'main', args: ['z'] }] }, ['containers.0.args'], [['z']]],
  [
    'ports merge by number',
    { containers: [{ name: 'main', ports: [{ containerPort: 1, name: 'uno' }, { containerPort: 2 }] }] },
    ['containers.0.ports'],
    [
      [
        { name: 'uno', containerPort: 1, protocol: 'TCP' },
        { containerPort: 2, protocol: 'TCP' },
      ],
    ],
  ],
  [
    'mounts merge by path',
    { containers: [{ name: 'main', volumeMounts: [{ mountPath: '/w', name: 'w' }] }] },
    ['containers.0.volumeMounts'],
    [
      [
        { name: 'w', mountPath: '/w' },
        { name: 'v', mountPath: '/v' },
      ],
    ],
  ],
  [
    'volumes merge by name',
    { volumes: [{ name: 'w', configMap: { name: 'd' } }] },
    ['volumes'],
    [
      [
        { name: 'v', emptyDir: {} },
        { name: 'w', configMap: { name: 'd', defaultMode: 420 } },
      ],
    ],
  ],
  [
    '$retainKeys drops the old type',
    { volumes: [{ name: 'w', emptyDir: {}, $retainKeys: ['name', 'emptyDir'] }] },
    ['volumes'],
    [
      [
        { name: 'v', emptyDir: {} },
        { name: 'w', emptyDir: {} },
      ],
    ],
  ],
  [
    'tolerations are replaced',
    { tolerations: [{ key: 'b', operator: 'Exists' }] },
    ['tolerations'],
    [[{ key: 'b', operator: 'Exists' }]],
  ],
  ['maps merge', { nodeSelector: { c: 'd' } }, ['nodeSelector'], [{ a: 'b', c: 'd' }]],
  ['a map is replaced', { nodeSelector: { c: 'd', $patch: 'replace' } }, ['nodeSelector'], [{ c: 'd' }]],
  ['a map is deleted', { nodeSelector: { $patch: 'delete' } }, ['nodeSelector'], [undefined]],
  [
    'null removes',
    { nodeSelector: null, tolerations: null },
    ['nodeSelector', 'tolerations'],
    [undefined, undefined],
  ],
  [
    'null removes a list of merged items',
    { volumes: null, containers: [{ name: 'main', volumeMounts: null }] },
    ['volumes', 'containers.0.volumeMounts'],
    [undefined, undefined],
  ],
  [
    'an empty list to merge changes nothing',
    { volumes: [], imagePullSecrets: [] },
    ['volumes', 'imagePullSecrets'],
    [
      [
        { name: 'v', emptyDir: {} },
        { name: 'w', configMap: { name: 'c', defaultMode: 420 } },
      ],
      [{ name: 'p' }],
    ],
  ],
  [
    'pull secrets merge by name',
    { imagePullSecrets: [{ name: 'q' }] },
    ['imagePullSecrets'],
    [[{ name: 'q' }, { name: 'p' }]],
  ],
  [
    'host aliases merge by address',
    {
      hostAliases: [
        { ip: '1.2.3.4', hostnames: ['i'] },
        { ip: '5.6.7.8', hostnames: ['j'] },
      ],
    },
    ['hostAliases'],
    [
      [
        { ip: '1.2.3.4', hostnames: ['i'] },
        { ip: '5.6.7.8', hostnames: ['j'] },
      ],
    ],
  ],
  [
    'an order of containers',
    { '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }] },
    ['containers.0.name', 'containers.1.name'],
    ['side', 'main'],
  ],
  [
    'spread constraints',
    { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' }] },
    ['topologySpreadConstraints'],
    [[{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' }]],
  ],
  [
    'an unknown directive',
    { containers: [{ name: 'main', $patch: 'twist' }] },
    [],
    [500, 'unknown patch type: twist in map: map[$patch:twist name:main]'],
  ],
  [
    'an item without its key',
    { containers: [{ image: 'x' }] },
    [],
    [500, 'map: map[image:x] does not contain declared merge key: name'],
  ],
  [
    'a deletion without its key',
    { containers: [{ $patch: 'delete' }] },
    [],
    [500, 'map: map[$patch:delete] does not contain declared merge key: name'],
  ],
  [
    'an order that names what is not there',
    { '$setElementOrder/containers': [{ name: 'none' }, { name: 'main' }, { name: 'side' }] },
    ['containers.0.name', 'containers.1.name'],
    ['main', 'side'],
  ],
  [
    '$retainKeys that lacks a key given',
    { volumes: [{ name: 'w', emptyDir: {}, $retainKeys: ['name'] }] },
    [],
    [400, 'invalid patch format of retainKeys'],
  ],
  [
    'a text for a list',
    { containers: 'x' },
    [],
    [
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[containers:x]]]]": cannot restore slice from string',
    ],
  ],
  [
    'a list for a map',
    { nodeSelector: ['x'] },
    [],
    [
      422,
      ' "" is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[nodeSelector:[x]]]]]": cannot restore map from slice',
    ],
  ],
])('%s', async (_, patch, fields, wanted) => {
  expect(shown(await patched(podSpec, patch), ...fields)).toEqual(wanted)
})

test('finalizers merge as a set, and are deleted from it', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(core(ns, 'configmaps'), { metadata: { name: 'a', finalizers: ['x/a', 'x/b'] } })
  const more = await api.patch(path, 'strategic', { metadata: { finalizers: ['x/c', 'x/a'] } })
  expect(more.body.metadata.finalizers).toEqual(['x/c', 'x/a', 'x/b'])
  const fewer = await api.patch(path, 'strategic', {
    metadata: { '$deleteFromPrimitiveList/finalizers': ['x/a'] },
  })
  expect(fewer.body.metadata.finalizers).toEqual(['x/c', 'x/b'])
  const order = await api.patch(path, 'strategic', {
    metadata: { '$setElementOrder/finalizers': ['x/c', 'x/b'] },
  })
  expect(order.body.metadata.finalizers).toEqual(['x/c', 'x/b'])
  await api.patch(path, 'merge', { metadata: { finalizers: null } })
})

test('owners merge by uid', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const { uid, name } = (await api.post(core(ns, 'configmaps'), { metadata: { name: 'owner' } })).body
    .metadata
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid }
  await api.post(core(ns, 'configmaps'), { metadata: { name: 'a', ownerReferences: [owner] } })
  const got = await api.patch(path, 'strategic', {
    metadata: { ownerReferences: [{ uid, blockOwnerDeletion: true }] },
  })
  expect(got.body.metadata.ownerReferences).toEqual([{ ...owner, blockOwnerDeletion: true }])
  const gone = await api.patch(path, 'strategic', {
    metadata: { ownerReferences: [{ uid, $patch: 'delete' }] },
  })
  expect([gone.code, gone.body.metadata.ownerReferences]).toEqual([200, undefined])
})

test('ports of a Service merge by number', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'services'), {
    metadata: { name: 'a' },
    spec: {
      ports: [
        { name: 'one', port: 1 },
        { name: 'two', port: 2 },
      ],
    },
  })
  const got = await api.patch(`${core(ns, 'services')}/a`, 'strategic', {
    spec: { ports: [{ port: 2, targetPort: 22 }] },
  })
  expect(got.body.spec.ports).toEqual([
    { name: 'one', protocol: 'TCP', port: 1, targetPort: 1 },
    { name: 'two', protocol: 'TCP', port: 2, targetPort: 22 },
  ])
})

test('conditions of a status merge by type', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'pods'), pod('a'))
  const path = `${core(ns, 'pods')}/a/status`
  await api.patch(path, 'strategic', {
    status: {
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'Initialized', status: 'True' },
      ],
    },
  })
  const got = await api.patch(path, 'strategic', {
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  })
  const shown = got.body.status.conditions.map((c: Json) => `${c.type}=${c.status}`)
  expect(shown).toEqual(['Ready=True', 'Initialized=True'])
})

test.each([
  ['[]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['{', 'unexpected end of JSON input'],
  ['"x"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
])('the body %s', async (body, message) => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), { metadata: { name: 'a' } })
  const got = await api.patch(`${core(ns, 'configmaps')}/a`, 'strategic', body)
  expect(refusal(got)).toEqual({ code: 400, reason: 'BadRequest', message })
})

test('a patch to a whole object: delete and replace', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'configmaps'), { metadata: { name: 'a' }, data: { k: 'v' } })
  const got = await api.patch(`${core(ns, 'configmaps')}/a`, 'strategic', {
    data: { $patch: 'replace', x: 'y' },
  })
  expect([got.code, got.body.data]).toEqual([200, { x: 'y' }])
})
