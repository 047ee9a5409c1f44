import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pod } from '../testing/sample.ts'
import type { Pod } from './kinds.ts'
import { keyOf } from './object.ts'
import { IndexedStore } from './store.ts'

const byApp = (p: Pod): string[] => (p.metadata.labels?.app ? [p.metadata.labels.app] : [])
const names = (pods: readonly Pod[]): string[] => pods.map((p) => p.metadata.name).sort()

test('objects are found by key, by namespace and by index', () => {
  const store = new IndexedStore<Pod>({ byApp })
  store.set(pod('a', { labels: { app: 'x' } }))
  store.set(pod('b', { labels: { app: 'x' }, namespace: 'other' }))
  expect(store.get('other/b')?.metadata.name).toBe('b')
  expect(names(store.list('other'))).toEqual(['b'])
  expect(names(store.list())).toEqual(['a', 'b'])
  expect(names(store.byIndex('byApp', 'x'))).toEqual(['a', 'b'])
  expect(store.byIndex('byApp', 'y')).toEqual([])
  expect(() => store.byIndex('byNode', 'x')).toThrow(TypeError)
})

test('an index added later knows what came before', () => {
  const store = new IndexedStore<Pod>()
  store.set(pod('a', { labels: { app: 'x' } }))
  store.addIndexers({ byApp })
  store.addIndexers({ byApp })
  expect(names(store.byIndex('byApp', 'x'))).toEqual(['a'])
  expect(() => store.addIndexers({ byApp: () => [] })).toThrow(TypeError)
})

test('after any sequence of changes every view agrees with a plain map', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    namespace: fc.constantFrom('x', 'y'),
    app: fc.constantFrom('p', 'q', ''),
    remove: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const store = new IndexedStore<Pod>({ byApp })
      const model = new Map<string, Pod>()
      for (const { name, namespace, app, remove } of changes) {
        const object = pod(name, { namespace, labels: app ? { app } : {} })
        const key = keyOf(object)
        expect(remove ? store.remove(key) : store.set(object)).toBe(model.get(key))
        if (remove) model.delete(key)
        else model.set(key, object)
      }
      const all = [...model.values()]
      expect(store.size).toBe(all.length)
      expect(new Set(store.list())).toEqual(new Set(all))
      for (const ns of ['x', 'y']) {
        expect(new Set(store.list(ns))).toEqual(new Set(all.filter((p) => p.metadata.namespace === ns)))
      }
      for (const app of ['p', 'q']) {
        expect(new Set(store.byIndex('byApp', app))).toEqual(new Set(all.filter((p) => byApp(p)[0] === app)))
      }
    }),
  )
})
