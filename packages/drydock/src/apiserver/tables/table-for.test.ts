import { expect, test } from 'vitest'
import type { JsonObject } from '../object.ts'
import { tableFor } from './table-for.ts'

const now = Date.parse('2026-01-01T01:00:00Z')
const metadata = { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' }

/** The one row of a table, by the names of its columns. */
function row(group: string, kind: string, object: JsonObject): Record<string, unknown> {
  const table = tableFor({ group, kind }, [{ metadata, ...object }], { now })
  const cells = table.rows[0]?.cells ?? []
  expect(cells).toHaveLength(table.columnDefinitions.length)
  return Object.fromEntries(table.columnDefinitions.map(({ name }, at) => [name, cells[at]]))
}

const template = {
  spec: {
    containers: [
      { name: 'c', image: 'i' },
      { name: 'd', image: 'j' },
    ],
  },
}
const selector = {
  matchLabels: { app: 'x' },
  matchExpressions: [{ key: 'k', operator: 'In', values: ['b', 'a'] }],
}

test.each<[string, string, JsonObject, Record<string, unknown>]>([
  [
    'apps',
    'StatefulSet',
    { spec: { replicas: 3, template }, status: { readyReplicas: 2 } },
    { Name: 'a', Ready: '2/3', Age: '60m', Containers: 'c,d', Images: 'i,j' },
  ],
  [
    'apps',
    'Deployment',
    { spec: { replicas: 1, template, selector }, status: { updatedReplicas: 1 } },
    {
      Name: 'a',
      Ready: '0/1',
      'Up-to-date': 1,
      Available: 0,
      Age: '60m',
      Containers: 'c,d',
      Images: 'i,j',
      Selector: 'app=x,k in (a,b)',
    },
  ],
  [
    'batch',
    'Job',
    {
      spec: { completions: 1, template, selector: {} },
      status: {
        succeeded: 1,
        startTime: '2026-01-01T00:00:00Z',
        completionTime: '2026-01-01T00:03:20Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    },
    {
      Name: 'a',
      Status: 'Complete',
      Completions: '1/1',
      Duration: '3m20s',
      Age: '60m',
      Containers: 'c,d',
      Images: 'i,j',
      Selector: '<none>',
    },
  ],
  [
    '',
    'Service',
    {
      spec: {
        type: 'NodePort',
        clusterIP: '10.96.0.1',
        clusterIPs: ['10.96.0.1'],
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
        selector: { b: 'c', a: 'b' },
      },
    },
    {
      Name: 'a',
      Type: 'NodePort',
      'Cluster-IP': '10.96.0.1',
      'External-IP': '<none>',
      'Port(s)': '80:30080/TCP,53/UDP',
      Age: '60m',
      Selector: 'a=b,b=c',
    },
  ],
  [
    '',
    'Endpoints',
    {
      subsets: [
        {
          addresses: ['1', '2', '3', '4'].map((last) => ({ ip: `10.0.0.${last}` })),
          ports: [{ port: 6379 }],
        },
      ],
    },
    { Name: 'a', Endpoints: '10.0.0.1:6379,10.0.0.2:6379,10.0.0.3:6379 + 1 more...', Age: '60m' },
  ],
  [
    'discovery.k8s.io',
    'EndpointSlice',
    { addressType: 'IPv4', ports: [{ port: 6379 }], endpoints: [{ addresses: ['10.0.0.1'] }] },
    { Name: 'a', AddressType: 'IPv4', Ports: '6379', Endpoints: '10.0.0.1', Age: '60m' },
  ],
  ['', 'Secret', { type: 'Opaque', data: { x: 'eA==' } }, { Name: 'a', Type: 'Opaque', Data: 1, Age: '60m' }],
  ['', 'ConfigMap', { data: { x: '1' }, binaryData: { y: 'eA==' } }, { Name: 'a', Data: 2, Age: '60m' }],
  [
    '',
    'PersistentVolumeClaim',
    {
      spec: { volumeName: 'v', storageClassName: 's', volumeMode: 'Filesystem' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    },
    {
      Name: 'a',
      Status: 'Bound',
      Volume: 'v',
      Capacity: '1Gi',
      'Access Modes': 'RWO',
      StorageClass: 's',
      VolumeAttributesClass: '<unset>',
      Age: '60m',
      VolumeMode: 'Filesystem',
    },
  ],
  [
    'storage.k8s.io',
    'StorageClass',
    {
      metadata: { ...metadata, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'p',
    },
    {
      Name: 'a (default)',
      Provisioner: 'p',
      ReclaimPolicy: 'Delete',
      VolumeBindingMode: 'Immediate',
      AllowVolumeExpansion: false,
      Age: '60m',
    },
  ],
  [
    'policy',
    'PodDisruptionBudget',
    { spec: { maxUnavailable: 1 }, status: { disruptionsAllowed: 1 } },
    { Name: 'a', 'Min Available': 'N/A', 'Max Unavailable': '1', 'Allowed Disruptions': 1, Age: '60m' },
  ],
  [
    'autoscaling',
    'HorizontalPodAutoscaler',
    {
      spec: {
        scaleTargetRef: { kind: 'Redis', name: 'r' },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
      status: { currentReplicas: 2 },
    },
    {
      Name: 'a',
      Reference: 'Redis/r',
      Targets: 'cpu: <unknown>/80%',
      MinPods: '1',
      MaxPods: 5,
      Replicas: 2,
      Age: '60m',
    },
  ],
  [
    'apiextensions.k8s.io',
    'CustomResourceDefinition',
    {},
    { Name: 'a', 'Created At': '2026-01-01T00:00:00Z' },
  ],
  ['networking.k8s.io', 'IngressClass', {}, { Name: 'a', Controller: '', Parameters: '<none>', Age: '60m' }],
])('%s/%s is shown as kubectl shows it', (group, kind, object, expected) => {
  expect(row(group, kind, object)).toEqual(expected)
})

test('a node is ready, cordoned, and has roles', () => {
  const labels = { 'node-role.kubernetes.io/control-plane': '', 'node-role.kubernetes.io/worker': '' }
  const conditions = [{ type: 'Ready', status: 'True' }]
  const shown = row('', 'Node', {
    metadata: { ...metadata, labels },
    spec: { unschedulable: true },
    status: {
      conditions,
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      nodeInfo: { kubeletVersion: 'v1' },
    },
  })
  expect(shown).toMatchObject({
    Status: 'Ready,SchedulingDisabled',
    Roles: 'control-plane,worker',
    Version: 'v1',
    'Internal-IP': '10.0.0.1',
  })
  expect(row('', 'Node', {})).toMatchObject({ Status: 'Unknown', Roles: '<none>' })
})

test('events of both groups are shown alike', () => {
  const core = {
    involvedObject: { kind: 'Pod', name: 'p' },
    lastTimestamp: '2026-01-01T00:59:00Z',
    firstTimestamp: '2026-01-01T00:50:00Z',
    type: 'Warning',
    reason: 'R',
    message: 'm',
    count: 3,
  }
  const recent = {
    regarding: { kind: 'Pod', name: 'p' },
    eventTime: '2026-01-01T00:50:00.000000Z',
    series: { count: 3, lastObservedTime: '2026-01-01T00:59:00.000000Z' },
    type: 'Warning',
    reason: 'R',
    note: 'm',
  }
  const expected = {
    'Last Seen': '60s',
    'First Seen': '10m',
    Object: 'pod/p',
    Message: 'm',
    Count: 3,
    Reason: 'R',
  }
  expect(row('', 'Event', core)).toMatchObject(expected)
  expect(row('events.k8s.io', 'Event', recent)).toMatchObject(expected)
})

test('a custom kind is shown by the columns of its definition, else by its age', () => {
  const object = {
    metadata,
    spec: { size: 3, ratio: 0.5, on: true },
    status: {
      at: '2026-01-01T00:30:00Z',
      conditions: [
        { type: 'Other', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
    },
  }
  const crdColumns = [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status', priority: 0 },
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 0 },
    { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio', priority: 1 },
    { name: 'On', type: 'boolean', jsonPath: '.spec.on', priority: 0 },
    { name: 'Since', type: 'date', jsonPath: '.status.at', priority: 0 },
    { name: 'None', type: 'string', jsonPath: '.status.none', priority: 0 },
  ]
  const kind = { group: 'example.dev', kind: 'Example' }
  const table = tableFor(kind, [object], { now, crdColumns })
  expect(table.rows[0]?.cells).toEqual(['a', 'True', 3, 0.5, true, '30m', null])
  expect(table.columnDefinitions.map(({ priority }) => priority)).toEqual([0, 0, 0, 1, 0, 0, 0])
  expect(tableFor(kind, [object], { now, crdColumns: [] }).rows[0]?.cells).toEqual(['a', '60m'])
  expect(tableFor(kind, [object], { now }).rows[0]?.object).toBe(object)
})
