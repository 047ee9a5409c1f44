import type { ControllerRevision, Pod, StatefulSet } from '@orlop/kube'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { revisionHash } from '../revision-hash.ts'
import { REVISION_LABEL } from './ordinal.ts'
import { history } from './revisions.ts'
import { setOf } from './testing.ts'

const withImage = (image: string, o: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet =>
  setOf({
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
    ...o,
  })

/** The revisions after these images were wanted one after the other. */
function past(images: readonly string[]): ControllerRevision[] {
  const revisions = new Map<string, ControllerRevision>()
  for (const image of images) {
    const { write } = history(withImage(image), [...revisions.values()], [])
    if (write !== undefined) revisions.set(write.revision.metadata.name, write.revision)
  }
  return [...revisions.values()]
}

test('the same template in another order has the same hash, another has another', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(object, (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse())
      expect(revisionHash(reversed)).toBe(revisionHash(value))
      expect(revisionHash({ ...value, extra: 1 })).not.toBe(revisionHash({ ...value, extra: 2 }))
    }),
  )
})

test('a template is written down once', () => {
  const first = history(withImage('a'), [], [])
  expect(first.write).toMatchObject({
    exists: false,
    revision: {
      revision: 1,
      data: { spec: { template: { $patch: 'replace', spec: { containers: [{ image: 'a' }] } } } },
    },
  })
  expect(first.current).toEqual(first.update)
  expect(history(withImage('a'), past(['a']), []).write).toBeUndefined()
})

test('the current revision brings its own template', () => {
  const revisions = past(['a', 'b'])
  const set = withImage('b')
  set.status = { replicas: 3, currentRevision: revisions[0]?.metadata.name ?? '' }
  const { current, update } = history(set, revisions, [])
  expect(current.template.spec?.containers[0]?.image).toBe('a')
  expect(update.template.spec?.containers[0]?.image).toBe('b')
})

test('a template that comes back becomes the newest revision, under its old name', () => {
  const revisions = past(['a', 'b'])
  expect(history(withImage('a'), revisions, []).write).toMatchObject({
    exists: true,
    revision: { revision: 3, metadata: { name: revisions[0]?.metadata.name } },
  })
})

test('a name that is taken by other data is passed over', () => {
  const [taken] = past(['a'])
  if (taken === undefined) throw new Error('no revision')
  const other = { ...taken, data: { spec: { template: { spec: { containers: [] } } } } }
  const { update, collisionCount } = history(withImage('a'), [other], [])
  expect(update.name).not.toBe(taken.metadata.name)
  expect(collisionCount).toBe(1)
})

test('history keeps what pods still have and as many more as it may', () => {
  const revisions = past(['a', 'b', 'c', 'd'])
  const label = revisions[0]?.metadata.name ?? ''
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', labels: { [REVISION_LABEL]: label } },
  }
  const { expired } = history(withImage('d', { revisionHistoryLimit: 1 }), revisions, [pod])
  expect(expired.map((revision) => revision.revision)).toEqual([2])
})
