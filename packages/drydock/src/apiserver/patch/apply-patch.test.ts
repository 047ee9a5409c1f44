import { expect, test } from 'vitest'
import { type JsonObject, objectsAt, valueAt } from '../object.ts'
import { schemaFor } from '../schema/built-in.ts'
import { type ApplyOptions, applyPatch } from './apply-patch.ts'
import { conflictCauses, conflictMessage } from './conflict.ts'
import { trackUpdate } from './track-update.ts'

const schema = schemaFor({ group: 'apps', version: 'v1', kind: 'Deployment' })
const now = '2026-01-01T00:00:00Z'
const later = '2026-01-01T00:00:05Z'

function deployment(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', namespace: 'b', ...metadata },
    spec,
  }
}

function containers(...list: JsonObject[]): JsonObject {
  return { template: { spec: { containers: list } } }
}

type Rest = Partial<Omit<ApplyOptions, 'live' | 'applied' | 'manager'>>
function apply(
  live: JsonObject | undefined,
  manager: string,
  applied: JsonObject,
  rest: Rest = {},
): JsonObject {
  const result = applyPatch({ live, applied, manager, force: false, schema, now, ...rest })
  if ('conflicts' in result) throw new Error(conflictMessage(result.conflicts))
  return result.object
}

/** `manager: paths it owns`, appliers first. */
function owners(object: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    objectsAt(object, 'metadata', 'managedFields').map((e) => [String(e.manager), e.fieldsV1]),
  )
}
const spec = (object: JsonObject): unknown => valueAt(object, 'spec')

test('an apply that creates owns what it says', () => {
  const applied = deployment(
    { replicas: 2, ...containers({ name: 'c', image: 'i' }) },
    { labels: { x: 'y' } },
  )
  const object = apply(undefined, 'm', applied)
  const { managedFields, ...metadata } = Object(object.metadata)
  expect({ ...object, metadata }).toEqual(applied)
  expect(managedFields).toEqual([
    {
      manager: 'm',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: now,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:x': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:template': {
            'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
          },
        },
      },
    },
  ])
})

test('a manager that stops saying a field removes it, unless another owns it', () => {
  const first = apply(undefined, 'm', deployment({ replicas: 2, paused: true, minReadySeconds: 3 }))
  const shared = apply(first, 'n', deployment({ paused: true }))
  const after = apply(shared, 'm', deployment({ minReadySeconds: 3 }))
  expect(spec(after)).toEqual({ paused: true, minReadySeconds: 3 })
  expect(owners(after)).toEqual({
    m: { 'f:spec': { 'f:minReadySeconds': {} } },
    n: { 'f:spec': { 'f:paused': {} } },
  })
})

test('an apply over what another owns is a conflict, told as the real server tells it', () => {
  const live = trackUpdate({
    object: deployment({ replicas: 2, paused: true }),
    manager: 'kubectl-client-side-apply',
    schema,
    now,
  })
  const applied = deployment({ replicas: 3 })
  const result = applyPatch({ live, applied, manager: 'm', force: false, schema, now })
  if (!('conflicts' in result)) throw new Error('no conflict')
  const who = 'conflict with "kubectl-client-side-apply" using apps/v1'
  expect(conflictMessage(result.conflicts)).toBe(`Apply failed with 1 conflict: ${who}: .spec.replicas`)
  expect(conflictCauses(result.conflicts)).toEqual([
    { reason: 'FieldManagerConflict', message: who, field: '.spec.replicas' },
  ])
  const both = applyPatch({
    live,
    applied: deployment({ replicas: 3, paused: false }),
    manager: 'm',
    force: false,
    schema,
    now,
  })
  expect('conflicts' in both && conflictMessage(both.conflicts)).toBe(
    'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.paused\n- .spec.replicas',
  )
  const forced = apply(live, 'm', applied, { force: true })
  expect(spec(forced)).toEqual({ replicas: 3, paused: true })
  expect(owners(forced)).toEqual({
    m: { 'f:spec': { 'f:replicas': {} } },
    'kubectl-client-side-apply': { 'f:spec': { 'f:paused': {} } },
  })
})

test('an apply of the same value shares the ownership without a conflict', () => {
  const live = apply(undefined, 'm', deployment({ replicas: 2 }))
  const shared = apply(live, 'n', deployment({ replicas: 2 }), { now: later })
  expect(owners(shared)).toEqual({
    m: { 'f:spec': { 'f:replicas': {} } },
    n: { 'f:spec': { 'f:replicas': {} } },
  })
  expect(spec(apply(shared, 'm', deployment({})))).toEqual({ replicas: 2 })
})

test('an apply that changes nothing leaves the object and its times as they are', () => {
  const applied = deployment({ replicas: 2, ...containers({ name: 'c', image: 'i' }) })
  const live = apply(undefined, 'm', applied)
  expect(apply(live, 'm', applied, { now: later })).toEqual(live)
  const changed = apply(live, 'm', deployment({ replicas: 3 }), { now: later })
  expect(objectsAt(changed, 'metadata', 'managedFields')[0]?.time).toBe(later)
})

test('items of keyed lists are owned one by one; ports by number and protocol', () => {
  const first = apply(
    undefined,
    'm',
    deployment(
      containers({
        name: 'c',
        image: 'i',
        ports: [{ containerPort: 1 }, { containerPort: 1, protocol: 'UDP' }],
      }),
    ),
  )
  const second = apply(
    first,
    'n',
    deployment(containers({ name: 'c', ports: [{ containerPort: 2 }] }, { name: 'd' })),
  )
  const third = apply(
    second,
    'm',
    deployment(containers({ name: 'c', image: 'i', ports: [{ containerPort: 1, protocol: 'UDP' }] })),
  )
  expect(valueAt(third, 'spec', 'template', 'spec', 'containers')).toEqual([
    { name: 'c', image: 'i', ports: [{ containerPort: 1, protocol: 'UDP' }, { containerPort: 2 }] },
    { name: 'd' },
  ])
  const fourth = apply(third, 'n', deployment({}))
  expect(valueAt(fourth, 'spec', 'template', 'spec', 'containers')).toEqual([
    { name: 'c', image: 'i', ports: [{ containerPort: 1, protocol: 'UDP' }] },
  ])
})

test('sets are owned value by value, atomic lists and maps as a whole', () => {
  const first = apply(undefined, 'm', deployment({}, { finalizers: ['x.dev/a'] }))
  const second = apply(first, 'n', deployment({}, { finalizers: ['x.dev/b'] }))
  expect(valueAt(second, 'metadata', 'finalizers')).toEqual(['x.dev/a', 'x.dev/b'])
  expect(valueAt(apply(second, 'm', deployment({})), 'metadata', 'finalizers')).toEqual(['x.dev/b'])
  const args = (...list: string[]): JsonObject => deployment(containers({ name: 'c', args: list }))
  const one = apply(undefined, 'm', args('a', 'b'))
  const result = applyPatch({ live: one, applied: args('a'), manager: 'n', force: false, schema, now })
  expect('conflicts' in result && result.conflicts.map(({ path }) => path.at(-1))).toEqual(['f:args'])
})

test('an item that others have fields in stays when the one who made it lets go', () => {
  const made = apply(undefined, 'm', deployment(containers({ name: 'c', image: 'i' })))
  const shared = apply(made, 'n', deployment(containers({ name: 'c', tty: true })))
  const left = apply(shared, 'm', deployment({}))
  expect(valueAt(left, 'spec', 'template', 'spec', 'containers')).toEqual([{ name: 'c', tty: true }])
})

test('what nobody tracked belongs to before-first-apply', () => {
  const live = deployment({ replicas: 1, paused: true }, { uid: 'u' })
  const result = applyPatch({
    live,
    applied: deployment({ replicas: 2 }),
    manager: 'm',
    force: false,
    schema,
    now,
  })
  expect('conflicts' in result && result.conflicts[0]?.manager.name).toBe('before-first-apply')
  expect(owners(apply(live, 'm', deployment({ replicas: 1 })))).toEqual({
    m: { 'f:spec': { 'f:replicas': {} } },
    'before-first-apply': { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } },
  })
})

test('each subresource has owners of its own, and reaches its part alone', () => {
  const live = apply(undefined, 'm', deployment({ replicas: 1 }), { reach: { except: ['status'] } })
  const status = {
    ...deployment({}),
    status: { replicas: 1, conditions: [{ type: 'Available', status: 'True' }] },
  }
  const after = apply(live, 'm', status, { subresource: 'status', reach: { only: ['status'] } })
  expect(
    objectsAt(after, 'metadata', 'managedFields').map(({ subresource, fieldsV1 }) => [subresource, fieldsV1]),
  ).toEqual([
    [undefined, { 'f:spec': { 'f:replicas': {} } }],
    [
      'status',
      {
        'f:status': {
          'f:conditions': { 'k:{"type":"Available"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
          'f:replicas': {},
        },
      },
    ],
  ])
})

test('what the schema cannot hold is refused', () => {
  const code = (applied: JsonObject): unknown => {
    try {
      return apply(undefined, 'm', applied)
    } catch (error) {
      return error instanceof Error && error.message
    }
  }
  expect(code(deployment({ replica: 1 }))).toBe(
    'failed to create typed patch object (b/a; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
  )
  expect(code(deployment(containers({ name: 'c' }, { name: 'c' })))).toContain(
    'duplicate entries for key [name="c"]',
  )
  expect(code(deployment({}, { managedFields: [] }))).toBe('metadata.managedFields must be nil')
})

test('kubectl may take over what it applied on its own side before', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
  const last = deployment({ replicas: 1 }, { annotations: {} })
  const object = deployment(
    { replicas: 1, paused: true },
    { annotations: { [annotation]: JSON.stringify(last) } },
  )
  const live = trackUpdate({ object, manager: 'kubectl-client-side-apply', schema, now })
  const after = apply(live, 'kubectl', deployment({ replicas: 2 }))
  expect(spec(after)).toEqual({ replicas: 2, paused: true })
  expect(JSON.parse(String(valueAt(after, 'metadata', 'annotations', annotation)))).toEqual(
    deployment({ replicas: 2 }),
  )
  const result = applyPatch({
    live,
    applied: deployment({ paused: false }),
    manager: 'kubectl',
    force: false,
    schema,
    now,
  })
  expect('conflicts' in result && result.conflicts.map(({ path }) => path)).toEqual([['f:spec', 'f:paused']])
})

test('the order of a list is that of the applier, others stay where they stood', () => {
  const names = (object: JsonObject): unknown[] =>
    objectsAt(object, 'spec', 'template', 'spec', 'containers').map(({ name }) => name)
  const of = (...list: string[]): JsonObject => deployment(containers(...list.map((name) => ({ name }))))
  const live = apply(undefined, 'm', of('a', 'x', 'b'))
  expect(names(apply(live, 'n', of('b', 'a')))).toEqual(['x', 'b', 'a'])
  expect(names(apply(live, 'n', of('new', 'x')))).toEqual(['a', 'new', 'x', 'b'])
})
