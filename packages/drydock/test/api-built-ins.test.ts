import { afterAll, beforeAll, expect, test } from 'vitest'
import { objectsAt, stringAt, valueAt } from '../src/apiserver/object.ts'
import { startTestServer, type TestServer } from './api-client.ts'

let api: TestServer
beforeAll(async () => {
  api = await startTestServer()
})
afterAll(() => api.close())

const core = (plural: string) => `/api/v1/namespaces/default/${plural}`
const apps = (plural: string) => `/apis/apps/v1/namespaces/default/${plural}`
const container = { name: 'redis', image: 'redis:7.2' }
const merge = 'application/merge-patch+json'

test('a new cluster has its namespaces, their service accounts and the address of the API', async () => {
  const { body } = await api.call('GET', '/api/v1/namespaces')
  const names = objectsAt(body, 'items').map((item) => stringAt(item, 'metadata', 'name'))
  expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system', 'orlop-system'])
  expect((await api.call('GET', core('serviceaccounts/default'))).code).toBe(200)
  expect((await api.call('GET', core('services/kubernetes'))).body).toMatchObject({
    spec: { clusterIP: '10.96.0.1' },
  })
})

test('a pod gets the defaults that kubelets and schedulers rely on', async () => {
  const spec = {
    containers: [
      {
        ...container,
        ports: [{ containerPort: 6379 }],
        readinessProbe: { tcpSocket: { port: 6379 } },
        resources: { limits: { memory: '1024Mi', cpu: '0.5' } },
      },
      { name: 'web', image: 'nginx', livenessProbe: { httpGet: { port: 80 } } },
    ],
    volumes: [{ name: 'data' }, { name: 'conf', configMap: { name: 'c' } }],
  }
  const { body } = await api.call('POST', core('pods'), {
    body: { metadata: { name: 'p' }, spec, status: { phase: 'Running' } },
  })
  expect(body).toMatchObject({
    metadata: { generation: 1 },
    spec: {
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      serviceAccountName: 'default',
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      securityContext: {},
      containers: [
        {
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
          ports: [{ containerPort: 6379, protocol: 'TCP' }],
          readinessProbe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
          // Quantities come back in canonical form, and requests follow limits.
          resources: { limits: { memory: '1Gi', cpu: '500m' }, requests: { memory: '1Gi', cpu: '500m' } },
        },
        { imagePullPolicy: 'Always', livenessProbe: { httpGet: { path: '/', scheme: 'HTTP', port: 80 } } },
      ],
      volumes: [{ name: 'data', emptyDir: {} }, { configMap: { defaultMode: 420 } }],
    },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  })
})

test('a pod on no node goes at once; one on a node is left to its kubelet for its grace period', async () => {
  await api.call('POST', core('pods'), {
    body: { metadata: { name: 'free' }, spec: { containers: [container] } },
  })
  await api.call('DELETE', core('pods/free'))
  expect((await api.call('GET', core('pods/free'))).code).toBe(404)

  await api.call('POST', core('pods'), {
    body: { metadata: { name: 'placed' }, spec: { nodeName: 'n', containers: [container] } },
  })
  const { body } = await api.call('DELETE', core('pods/placed'))
  expect(body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } })
  const shorter = await api.call('DELETE', `${core('pods/placed')}?gracePeriodSeconds=5`)
  expect(shorter.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 5 } })
  await api.call('DELETE', core('pods/placed'), { body: { gracePeriodSeconds: 0 } })
  expect((await api.call('GET', core('pods/placed'))).code).toBe(404)
})

test('a Service gets an address, keeps it, and node ports when its type has them', async () => {
  const spec = { selector: { app: 'x' }, ports: [{ port: 80 }] }
  const { body } = await api.call('POST', core('services'), { body: { metadata: { name: 'a' }, spec } })
  const address = stringAt(body, 'spec', 'clusterIP')
  expect(address).toMatch(/^10\.96\.\d+\.\d+$/)
  expect(body).toMatchObject({
    spec: {
      type: 'ClusterIP',
      clusterIPs: [address],
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    },
    status: { loadBalancer: {} },
  })
  const put = await api.call('PUT', core('services/a'), {
    body: { metadata: { name: 'a' }, spec: { ...spec, type: 'NodePort' } },
  })
  expect(put.body).toMatchObject({ spec: { clusterIP: address, externalTrafficPolicy: 'Cluster' } })
  const nodePort = valueAt(objectsAt(put.body, 'spec', 'ports')[0], 'nodePort')
  expect(nodePort).toBeGreaterThanOrEqual(30_000)
  const taken = await api.call('POST', core('services'), {
    body: { metadata: { name: 'b' }, spec: { ...spec, clusterIP: address } },
  })
  expect(taken.body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.clusterIPs' }] } })
  const moved = await api.call('PATCH', core('services/a'), {
    body: { spec: { clusterIP: '10.96.77.77' } },
    contentType: merge,
  })
  expect(moved.body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.clusterIPs[0]' }] } })
  const headless = await api.call('POST', core('services'), {
    body: { metadata: { name: 'h' }, spec: { clusterIP: 'None', selector: { app: 'x' } } },
  })
  expect(headless.body).toMatchObject({ spec: { clusterIP: 'None', clusterIPs: ['None'] } })
})

const statefulSet = (more: object = {}) => ({
  metadata: { name: 's' },
  spec: {
    serviceName: 's',
    selector: { matchLabels: { app: 's' } },
    template: { metadata: { labels: { app: 's' } }, spec: { containers: [container] } },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
    ...more,
  },
})

test('a StatefulSet gets its defaults, and only what can roll may change', async () => {
  const { body } = await api.call('POST', apps('statefulsets'), { body: statefulSet() })
  expect(body).toMatchObject({
    spec: {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        { kind: 'PersistentVolumeClaim', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
      ],
    },
    status: { replicas: 0 },
  })
  const changed = await api.call('PATCH', apps('statefulsets/s'), {
    body: { spec: { serviceName: 'other' } },
    contentType: merge,
  })
  expect(changed.body).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message:
      "StatefulSet.apps \"s\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  })
  const scaled = await api.call('PATCH', apps('statefulsets/s'), {
    body: { spec: { replicas: 3 } },
    contentType: merge,
  })
  expect(scaled.body).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 } })
})

test.each<[string, string, object, string, string]>([
  [
    'a template that the selector does not match',
    apps('statefulsets'),
    statefulSet({ selector: { matchLabels: { app: 'y' } } }),
    'spec.template.metadata.labels',
    'FieldValueInvalid',
  ],
  [
    'a pod without containers',
    core('pods'),
    { metadata: { name: 'x' }, spec: { containers: [] } },
    'spec.containers',
    'FieldValueRequired',
  ],
  [
    'two containers of one name',
    core('pods'),
    { metadata: { name: 'x' }, spec: { containers: [container, container] } },
    'spec.containers[1].name',
    'FieldValueDuplicate',
  ],
  [
    'a mount of no volume',
    core('pods'),
    {
      metadata: { name: 'x' },
      spec: { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] },
    },
    'spec.containers[0].volumeMounts[0].name',
    'FieldValueNotFound',
  ],
  [
    'a request over its limit',
    core('pods'),
    {
      metadata: { name: 'x' },
      spec: { containers: [{ ...container, resources: { limits: { cpu: 1 }, requests: { cpu: 2 } } }] },
    },
    'spec.containers[0].resources.requests',
    'FieldValueInvalid',
  ],
  [
    'a port that is none',
    core('services'),
    { metadata: { name: 'x' }, spec: { ports: [{ port: 70000, targetPort: 80 }] } },
    'spec.ports[0].port',
    'FieldValueInvalid',
  ],
  [
    'ports without names',
    core('services'),
    { metadata: { name: 'x' }, spec: { ports: [{ port: 1, name: 'a' }, { port: 2 }] } },
    'spec.ports[1].name',
    'FieldValueRequired',
  ],
  [
    'a Service name that is no DNS label',
    core('services'),
    { metadata: { name: '1x' }, spec: { ports: [{ port: 1 }] } },
    'metadata.name',
    'FieldValueInvalid',
  ],
  [
    'a claim of no size',
    core('persistentvolumeclaims'),
    { metadata: { name: 'x' }, spec: { accessModes: ['ReadWriteOnce'] } },
    'spec.resources[storage]',
    'FieldValueRequired',
  ],
  [
    'a bad label',
    core('configmaps'),
    { metadata: { name: 'x', labels: { a: 'b c' } } },
    'metadata.labels',
    'FieldValueInvalid',
  ],
  [
    'a bad key',
    core('configmaps'),
    { metadata: { name: 'x' }, data: { 'a/b': '' } },
    'data[a/b]',
    'FieldValueInvalid',
  ],
  [
    'a budget that wants both',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { metadata: { name: 'x' }, spec: { minAvailable: 1, maxUnavailable: 1 } },
    'spec',
    'FieldValueInvalid',
  ],
])('%s is refused, and the field named', async (_what, path, body, field, reason) => {
  const answer = await api.call('POST', path, { body })
  expect(answer.body).toMatchObject({
    code: 422,
    reason: 'Invalid',
    details: { causes: [{ field, reason }] },
  })
})

test('what is no quantity, no base64 or of the wrong type cannot be read at all', async () => {
  const pod = {
    metadata: { name: 'x' },
    spec: { containers: [{ ...container, resources: { limits: { memory: '1GB' } } }] },
  }
  expect((await api.call('POST', core('pods'), { body: pod })).body).toMatchObject({
    code: 400,
    reason: 'BadRequest',
  })
  const secret = await api.call('POST', core('secrets'), {
    body: { metadata: { name: 'x' }, data: { a: 'abc!' } },
  })
  expect(secret.body).toMatchObject({ code: 400 })
  expect(secret.body.message).toContain('illegal base64 data at input byte 3')
  const typed = await api.call('POST', apps('statefulsets'), { body: statefulSet({ replicas: 'three' }) })
  expect(typed.body.message).toContain(
    'cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32',
  )
})

test('an unknown field is dropped with a warning, or refused when that is asked for', async () => {
  const body = { metadata: { name: 'odd' }, data: {}, dta: {} }
  const strict = await api.call('POST', `${core('configmaps')}?fieldValidation=Strict`, { body })
  expect(strict.body.message).toContain('strict decoding error: unknown field "dta"')
  const loose = await api.call('POST', core('configmaps'), { body })
  expect(loose.headers.warning).toContain('unknown field')
  expect(loose.body).not.toHaveProperty('dta')
})

test('a Secret takes plain strings and keeps them encoded', async () => {
  const { body } = await api.call('POST', core('secrets'), {
    body: { metadata: { name: 's' }, stringData: { a: 'hello' } },
  })
  expect(body).toMatchObject({ type: 'Opaque', data: { a: 'aGVsbG8=' } })
  expect(body).not.toHaveProperty('stringData')
})

test('a ConfigMap over a mebibyte is refused', async () => {
  const body = { metadata: { name: 'big' }, data: { a: 'x'.repeat(1024 * 1024 + 1) } }
  expect((await api.call('POST', core('configmaps'), { body })).body).toMatchObject({
    code: 422,
    details: { causes: [{ reason: 'FieldValueTooLong' }] },
  })
})

test('a claim gets the default class, and grows only when it is bound and its class can grow', async () => {
  const classes = '/apis/storage.k8s.io/v1/storageclasses'
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  await api.call('POST', classes, { body: { metadata: { name: 'fixed', annotations }, provisioner: 'p' } })
  await api.call('POST', classes, {
    body: { metadata: { name: 'grows' }, provisioner: 'p', allowVolumeExpansion: true },
  })
  const claims = core('persistentvolumeclaims')
  const make = (name: string, more: object = {}) =>
    api.call('POST', claims, {
      body: {
        metadata: { name },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
      },
    })
  const resize = (name: string, storage: string) =>
    api.call('PATCH', `${claims}/${name}`, {
      body: { spec: { resources: { requests: { storage } } } },
      contentType: merge,
    })
  const bind = (name: string) =>
    api.call('PATCH', `${claims}/${name}/status`, {
      body: { status: { phase: 'Bound', capacity: { storage: '1Gi' } } },
      contentType: merge,
    })
  expect((await make('a')).body).toMatchObject({
    metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { storageClassName: 'fixed', volumeMode: 'Filesystem' },
    status: { phase: 'Pending' },
  })
  await make('b', { storageClassName: 'grows' })
  expect((await resize('b', '2Gi')).code).toBe(422)
  await bind('a')
  await bind('b')
  expect((await resize('a', '2Gi')).body).toMatchObject({ code: 403, reason: 'Forbidden' })
  expect((await resize('b', '2Gi')).code).toBe(200)
  expect((await resize('b', '512Mi')).body).toMatchObject({
    code: 422,
    details: {
      causes: [
        {
          field: 'spec.resources.requests.storage',
          message: 'Forbidden: field can not be less than status.capacity',
        },
      ],
    },
  })
})

test('of a running pod only little may change', async () => {
  await api.call('POST', core('pods'), {
    body: { metadata: { name: 'fixed' }, spec: { containers: [container] } },
  })
  const change = (spec: object) =>
    api.call('PATCH', core('pods/fixed'), {
      body: { spec },
      contentType: 'application/strategic-merge-patch+json',
    })
  expect((await change({ containers: [{ name: 'redis', image: 'redis:8.0' }] })).code).toBe(200)
  expect((await change({ containers: [{ name: 'redis', command: ['sh'] }] })).body).toMatchObject({
    code: 422,
    details: { causes: [{ field: 'spec', reason: 'FieldValueForbidden' }] },
  })
})
