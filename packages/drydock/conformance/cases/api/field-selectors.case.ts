import { beforeAll, expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, customKind, inGroup, pod } from '../../fixtures.ts'

const names = (body: Json): string => body.items.map((i: Json) => i.metadata.name).join(' ')

/** Three pods, only looked at by the cases. */
let pods = ''
beforeAll(async () => {
  pods = core(await namespace(), 'pods')
  await api.post(pods, pod('a'))
  await api.post(pods, pod('b', { nodeName: 'case-node-1', restartPolicy: 'Never' }))
  await api.post(pods, pod('c'))
  const status = { phase: 'Running', podIP: '10.1.2.3', podIPs: [{ ip: '10.1.2.3' }] }
  await api.patch(`${pods}/c/status`, 'merge', { status })
  return async () => {
    await api.delete(`${pods}/b`, { gracePeriodSeconds: 0 })
  }
})

test.each([
  ['metadata.name=a', 'a'],
  ['metadata.name==a', 'a'],
  ['metadata.name!=a', 'b c'],
  ['spec.nodeName=case-node-1', 'b'],
  ['spec.nodeName=', 'a c'],
  ['spec.nodeName!=', 'b'],
  ['status.phase=Running', 'c'],
  ['status.phase!=Running', 'a b'],
  ['status.phase=Pending,spec.nodeName=', 'a'],
  ['spec.restartPolicy=Always', 'a c'],
  ['spec.restartPolicy=Never', 'b'],
  ['spec.schedulerName=nobody', 'a b c'],
  ['spec.serviceAccountName=default', 'a b c'],
  ['spec.hostNetwork=true', ''],
  ['spec.hostNetwork=false', 'a b c'],
  ['status.podIP=10.1.2.3', 'c'],
  ['status.nominatedNodeName=', 'a b c'],
  ['metadata.namespace=other', ''],
  ['', 'a b c'],
])('fields of pods: %s selects %s', async (selector, wanted) => {
  const { code, body } = await api.get(`${pods}?fieldSelector=${encodeURIComponent(selector)}`)
  expect([code, code === 200 ? names(body) : body.message]).toEqual([200, wanted])
})

const others = 'only "metadata.name", "metadata.namespace"'

test.each([
  ['/api/v1/configmaps', 'spec.x=y', `"spec.x" is not a known field selector: ${others}`],
  [
    '/apis/apps/v1/deployments',
    'spec.replicas=1',
    `"spec.replicas" is not a known field selector: ${others}`,
  ],
  [
    '/apis/apps/v1/replicasets',
    'status.replicas=7',
    `"status.replicas" is not a known field selector: ${others}`,
  ],
  [
    '/api/v1/persistentvolumeclaims',
    'status.phase=x',
    `"status.phase" is not a known field selector: ${others}`,
  ],
  [
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    'spec.group=x',
    `"spec.group" is not a known field selector: ${others}`,
  ],
  ['/api/v1/pods', 'spec.containers=x', 'field label not supported: spec.containers'],
  ['/api/v1/pods', 'metadata.labels=x', 'field label not supported: metadata.labels'],
  ['/api/v1/secrets', 'data=x', 'field label not supported: data'],
  ['/api/v1/nodes', 'status.phase=x', 'field label not supported: status.phase'],
  ['/api/v1/nodes', 'metadata.namespace=x', 'field label not supported: metadata.namespace'],
  ['/api/v1/services', 'spec.ports=x', 'field label not supported: spec.ports'],
  ['/apis/batch/v1/jobs', 'spec.x=y', 'field label "spec.x" not supported for Job'],
  [
    '/apis/events.k8s.io/v1/events',
    'involvedObject.name=x',
    'field label not supported: involvedObject.name',
  ],
  ['/api/v1/pods', 'spec.nodeName', "invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'"],
  [
    '/api/v1/pods',
    'spec.nodeName>a',
    "invalid selector: 'spec.nodeName>a'; can't understand 'spec.nodeName>a'",
  ],
])('%s cannot be selected by %s', async (path, selector, message) => {
  const got = await api.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`)
  expect(refusal(got)).toEqual({ code: 400, reason: 'BadRequest', message })
})

test.each([
  ['/apis/batch/v1/jobs', 'status.successful=77'],
  ['/api/v1/namespaces', 'status.phase=Gone'],
  ['/api/v1/secrets', 'type=none'],
  ['/api/v1/nodes', 'spec.unschedulable=true,metadata.name=nobody'],
  ['/api/v1/services', 'spec.type=Else'],
  ['/api/v1/services', 'spec.clusterIP=1.2.3.4'],
  ['/api/v1/events', 'involvedObject.name=nobody'],
  ['/apis/events.k8s.io/v1/events', 'regarding.name=nobody'],
  ['/api/v1/replicationcontrollers', 'status.replicas=77'],
])('%s can be selected by %s', async (path, selector) => {
  const { code, body } = await api.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`)
  expect([code, body.items]).toEqual([200, []])
})

test('custom: names, and the fields that the definition names', async () => {
  const ns = await namespace()
  const properties = {
    spec: {
      type: 'object',
      properties: { color: { type: 'string' }, size: { type: 'integer' }, on: { type: 'boolean' } },
    },
  }
  const selectableFields = ['.spec.color', '.spec.size', '.spec.on'].map((jsonPath) => ({ jsonPath }))
  const kind = await customKind(properties, { selectableFields })
  await api.post(kind.path(ns), kind.object('a', { spec: { color: 'red', size: 3, on: true } }))
  await api.post(kind.path(ns), kind.object('b', { spec: { color: 'blue' } }))
  const seen = []
  for (const selector of [
    'spec.color=red',
    'spec.color!=red',
    'spec.size=3',
    'spec.size=',
    'spec.on=true',
    'metadata.name=b',
    'metadata.namespace=x',
    'spec.other=x',
  ])
    seen.push(
      await api
        .get(`${kind.path(ns)}?fieldSelector=${encodeURIComponent(selector)}`)
        .then(({ code, body }) => [
          selector,
          code,
          code === 200 ? names(body) : body.message.replace(kind.group, 'GROUP'),
        ]),
    )
  expect(seen).toEqual([
    ['spec.color=red', 200, 'a'],
    ['spec.color!=red', 200, 'b'],
    ['spec.size=3', 200, 'a'],
    ['spec.size=', 200, 'b'],
    ['spec.on=true', 200, 'a'],
    ['metadata.name=b', 200, 'b'],
    ['metadata.namespace=x', 200, ''],
    ['spec.other=x', 400, 'field label not supported: spec.other'],
  ])
})

test('labels and fields together', async () => {
  const ns = await namespace()
  const path = core(ns, 'configmaps')
  await api.post(path, configMap('a', {}, { labels: { x: '1' } }))
  await api.post(path, configMap('b', {}, { labels: { x: '1' } }))
  const { body } = await api.get(`${path}?labelSelector=x%3D1&fieldSelector=metadata.name%3Db`)
  expect(names(body)).toBe('b')
})

test('events by what they are about', async () => {
  const ns = await namespace()
  await api.post(core(ns, 'events'), {
    metadata: { name: 'a' },
    involvedObject: { kind: 'Pod', namespace: ns, name: 'x', uid: 'u' },
    reason: 'Ran',
    type: 'Normal',
    source: { component: 'me' },
  })
  for (const field of [
    'involvedObject.kind=Pod',
    'involvedObject.uid=u',
    'reason=Ran',
    'type=Normal',
    'source=me',
  ]) {
    const { code, body } = await api.get(`${core(ns, 'events')}?fieldSelector=${encodeURIComponent(field)}`)
    expect([field, code, names(body)]).toEqual([field, 200, 'a'])
  }
  const newer = await api.get(
    `${inGroup('events.k8s.io/v1', ns, 'events')}?fieldSelector=regarding.kind%3DPod`,
  )
  expect(names(newer.body)).toBe('a')
})
