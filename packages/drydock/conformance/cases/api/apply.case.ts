import { expect, test } from 'vitest'
import { answer, refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { configMap, core, deployment, inGroup, pod } from '../../fixtures.ts'

/** Who owns what: `MANAGER OPERATION SUBRESOURCE` and the fields. */
const owners = (body: Json): Json =>
  Object.fromEntries(
    (body.metadata.managedFields ?? []).map((m: Json) => [
      [m.manager, m.operation, m.subresource].filter(Boolean).join(' '),
      m.fieldsV1,
    ]),
  )

test('an apply makes what is not there: 201', async () => {
  const ns = await namespace()
  expect(answer(await api.apply(`${core(ns, 'configmaps')}/a`, 'me', configMap('a', { k: 'v' })))).toEqual({
    code: 201,
    body: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'case',
        uid: 'UID',
        resourceVersion: 'VERSION',
        creationTimestamp: 'TIME',
        managedFields: [
          {
            manager: 'me',
            operation: 'Apply',
            apiVersion: 'v1',
            time: 'TIME',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:k': {} } },
          },
        ],
      },
      data: { k: 'v' },
    },
  })
})

test('the same again: 200, and nothing changes', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  const made = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  const again = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  expect([again.code, again.body]).toEqual([200, made.body])
})

test('what is left out goes', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }, { labels: { x: 'y' } }))
  const { body } = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  expect([body.data, body.metadata.labels, owners(body)]).toEqual([
    { k: 'v' },
    undefined,
    { 'me Apply': { 'f:data': { 'f:k': {} } } },
  ])
})

test('what is left out stays where another owns it too', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }))
  const shared = await api.apply(path, 'you', configMap('a', { l: 'w' }))
  expect(owners(shared.body)).toEqual({
    'you Apply': { 'f:data': { 'f:l': {} } },
    'me Apply': { 'f:data': { 'f:k': {}, 'f:l': {} } },
  })
  const { body } = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  expect([body.data, owners(body)]).toEqual([
    { k: 'v', l: 'w' },
    { 'you Apply': { 'f:data': { 'f:l': {} } }, 'me Apply': { 'f:data': { 'f:k': {} } } },
  ])
})

test('another value than another manager applied is a conflict', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }))
  expect(refusal(await api.apply(path, 'you', configMap('a', { k: 'x' })))).toEqual({
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "me": .data.k',
    reason: 'Conflict',
    details: {
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.data.k' }],
    },
  })
  expect(refusal(await api.apply(path, 'you', configMap('a', { k: 'x', l: 'y' })))).toEqual({
    code: 409,
    message: 'Apply failed with 2 conflicts: conflicts with "me":\n- .data.k\n- .data.l',
    reason: 'Conflict',
    details: {
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.data.k' },
        { reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.data.l' },
      ],
    },
  })
})

test('conflicts with several managers, with updates among them', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v' }))
  await api.patch(`${path}?fieldManager=hand`, 'merge', { data: { l: 'w', m: 'x' } })
  const body = configMap('a', { k: '1', l: '2', m: '3' })
  const message = String((await api.apply(path, 'you', body)).body.message)
  expect(message.replace(/ at \S+/g, ' at TIME')).toBe(
    'Apply failed with 3 conflicts: conflicts with "hand" using v1:\n- .data.l\n- .data.m\nconflicts with "me":\n- .data.k',
  )
})

test('force takes the field over', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v' }))
  const { code, body } = await api.apply(path, 'you', configMap('a', { k: 'x' }), 'force=true')
  expect([code, body.data, owners(body)]).toEqual([
    200,
    { k: 'x' },
    { 'you Apply': { 'f:data': { 'f:k': {} } } },
  ])
})

test('an update takes fields from an applier without asking', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }))
  const { body } = await api.patch(`${path}?fieldManager=hand`, 'merge', { data: { k: 'x' } })
  expect(owners(body)).toEqual({
    'me Apply': { 'f:data': { 'f:l': {} } },
    'hand Update': { 'f:data': { 'f:k': {} } },
  })
  expect(
    refusal(await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }))).message.replace(
      / at \S+/,
      ' at TIME',
    ),
  ).toBe('Apply failed with 1 conflict: conflict with "hand" using v1: .data.k')
})

test('an update that takes a field away takes it from its owners', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.apply(path, 'me', configMap('a', { k: 'v', l: 'w' }))
  const { body } = await api.patch(`${path}?fieldManager=hand`, 'merge', { data: { k: null } })
  expect(owners(body)).toEqual({ 'me Apply': { 'f:data': { 'f:l': {} } } })
})

test('one name applies and updates as two managers', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'configmaps')}/a`
  await api.post(`${core(ns, 'configmaps')}?fieldManager=me`, configMap('a', { k: 'v' }))
  const { code, body } = await api.apply(path, 'me', configMap('a', { k: 'v' }))
  expect([code, owners(body)]).toEqual([
    200,
    { 'me Apply': { 'f:data': { 'f:k': {} } }, 'me Update': { 'f:data': { '.': {}, 'f:k': {} } } },
  ])
  const again = await api.apply(path, 'me', configMap('a', { k: 'w' }))
  expect(refusal(again).message.replace(/ at \S+/, ' at TIME')).toBe(
    'Apply failed with 1 conflict: conflict with "me" using v1: .data.k',
  )
})

test('a Deployment: what was said is owned, not what was defaulted', async () => {
  const ns = await namespace()
  const { code, body } = await api.apply(`${inGroup('apps/v1', ns, 'deployments')}/a`, 'me', deployment('a'))
  expect([code, owners(body)]).toEqual([
    201,
    {
      'me Apply': {
        'f:spec': {
          'f:paused': {},
          'f:replicas': {},
          'f:selector': {},
          'f:template': {
            'f:metadata': { 'f:labels': { 'f:app': {} } },
            'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
          },
        },
      },
    },
  ])
})

test('a Deployment created: defaults are owned as well', async () => {
  const ns = await namespace()
  const { body } = await api.post(`${inGroup('apps/v1', ns, 'deployments')}?fieldManager=me`, deployment('a'))
  expect(owners(body)).toEqual({
    'me Update': {
      'f:spec': {
        'f:paused': {},
        'f:progressDeadlineSeconds': {},
        'f:replicas': {},
        'f:revisionHistoryLimit': {},
        'f:selector': {},
        'f:strategy': {
          'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} },
          'f:type': {},
        },
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"main"}': {
                '.': {},
                'f:image': {},
                'f:imagePullPolicy': {},
                'f:name': {},
                'f:resources': {},
                'f:terminationMessagePath': {},
                'f:terminationMessagePolicy': {},
              },
            },
            'f:dnsPolicy': {},
            'f:restartPolicy': {},
            'f:schedulerName': {},
            'f:securityContext': {},
            'f:terminationGracePeriodSeconds': {},
          },
        },
      },
    },
  })
})

test('a Service: ports are named by number and protocol', async () => {
  const ns = await namespace()
  const path = `${core(ns, 'services')}/a`
  const service = (...ports: object[]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a' },
    spec: { selector: { a: 'b' }, ports },
  })
  const made = await api.apply(
    path,
    'me',
    service({ name: 'x', port: 1 }, { name: 'y', port: 1, protocol: 'UDP' }),
  )
  expect([made.code, owners(made.body)]).toEqual([
    201,
    {
      'me Apply': {
        'f:spec': {
          'f:ports': {
            'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} },
            'k:{"port":1,"protocol":"UDP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} },
          },
          'f:selector': {},
        },
      },
    },
  ])
  const { body } = await api.apply(path, 'me', service({ name: 'y', port: 1, protocol: 'UDP' }))
  expect(body.spec.ports).toEqual([{ name: 'y', protocol: 'UDP', port: 1, targetPort: 1 }])
})

test('a Pod: containers, their env and ports', async () => {
  const ns = await namespace()
  const body = pod('a', {
    containers: [
      {
        name: 'main',
        image: 'x',
        env: [{ name: 'A', value: '1' }],
        ports: [{ containerPort: 80 }],
        args: ['a', 'b'],
      },
    ],
    tolerations: [{ key: 'k', operator: 'Exists' }],
  })
  const made = await api.apply(`${core(ns, 'pods')}/a`, 'me', body)
  expect([made.code, owners(made.body)]).toEqual([
    201,
    {
      'me Apply': {
        'f:spec': {
          'f:containers': {
            'k:{"name":"main"}': {
              '.': {},
              'f:args': {},
              'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
              'f:image': {},
              'f:name': {},
              'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            },
          },
          'f:schedulerName': {},
          'f:tolerations': {},
        },
      },
    },
  ])
})
