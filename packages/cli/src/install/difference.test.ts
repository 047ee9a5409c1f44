import { expect, test } from 'vitest'
import { differences } from './difference.ts'
import { resourceOfKind } from './kinds.ts'
import { plain } from './plan.ts'
import { renderPlan } from './render-plan.ts'

const paths = (from: unknown, to: unknown): string[] => differences(from, to).map(({ field }) => field)

test('fields are named as a person reads them, items by their names', () => {
  const pod = (image: string, verbs: string[]) => ({
    spec: { containers: [{ name: 'a', image }, { name: 'b' }] },
    rules: [{ verbs }],
  })
  expect(paths(pod('x', ['get']), pod('y', ['get', 'list']))).toEqual([
    'spec.containers[a].image',
    'rules[0].verbs',
  ])
  expect(paths(pod('x', []), pod('x', []))).toEqual([])
})

test('lists that have no names and another length are compared as a whole', () => {
  expect(differences({ rules: [{ a: 1 }, { a: 2 }] }, { rules: [{ a: 2 }] })).toEqual([
    { field: 'rules', from: [{ a: 1 }, { a: 2 }], to: [{ a: 2 }] },
  ])
})

test('what the server keeps by itself is no change', () => {
  const live = {
    metadata: { name: 'a', resourceVersion: '1', managedFields: [1], generation: 1 },
    status: { x: 1 },
  }
  expect(
    paths(live, { metadata: { name: 'a', resourceVersion: '2', managedFields: [], generation: 2 } }),
  ).toEqual([])
})

test('a plan says what becomes of what, briefly', () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'n', name: 'd' } }
  const changes = differences(
    { spec: { replicas: 3, rules: [{}, {}], gone: { a: 1 } } },
    { spec: { replicas: 2, rules: [{}], added: { b: 1 } } },
  )
  const step = {
    ...plain(object, resourceOfKind(object), 'change'),
    changes,
    conflicts: [{ field: 'spec.replicas', manager: 'kubectl' }],
  }
  expect(renderPlan([step], false)).toBe(`  ~ Deployment n/d
      spec.replicas: 3 → 2
      spec.rules: 2 items → one item
      spec.gone is taken away
      spec.added is added
      ! spec.replicas belongs to kubectl`)
})
