import { type KubeObject, type OwnerReference, resources } from '@orlop/kube'
import { describe, expect, test } from 'vitest'
import { decide, type OwnerState } from './decide.ts'
import { Graph, type Item, itemOf } from './graph.ts'

interface Shape {
  owners?: readonly string[]
  blocks?: boolean
  deleting?: boolean
  finalizers?: string[]
}

function item(
  uid: string,
  { owners = [], blocks = false, deleting = false, finalizers = [] }: Shape = {},
): Item {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: uid,
      uid,
      finalizers,
      ownerReferences: owners.map((owner) => reference(owner, blocks)),
      ...(deleting ? { deletionTimestamp: '2030-01-01T00:00:00Z' } : {}),
    },
  }
  return itemOf(resources.configMaps, object)
}

const reference = (uid: string, blockOwnerDeletion: boolean): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  blockOwnerDeletion,
})

/** The owners' names say their state. */
const states = (owner: OwnerReference): Promise<OwnerState> =>
  Promise.resolve(owner.uid === 'waiting' ? 'waiting' : owner.uid === 'absent' ? 'absent' : 'solid')

describe('an object', () => {
  const dependent = item('d', { owners: ['x'], blocks: true })
  const FG = ['foregroundDeletion']
  test.each<[string, Item, Item[], object]>([
    ['of nobody stays', item('x'), [], { kind: 'nothing' }],
    ['with an owner stays', item('x', { owners: ['solid'] }), [], { kind: 'nothing' }],
    [
      'without its owner goes',
      item('x', { owners: ['absent'] }),
      [],
      { kind: 'delete', policy: 'Background' },
    ],
    [
      'with one of two owners stays with that',
      item('x', { owners: ['absent', 'solid'] }),
      [],
      { kind: 'disown', keep: [reference('solid', false)] },
    ],
    [
      'of a waiting owner goes',
      item('x', { owners: ['waiting'] }),
      [],
      { kind: 'delete', policy: 'Background' },
    ],
    [
      'of a waiting owner waits itself for what it owns',
      item('x', { owners: ['waiting'] }),
      [dependent],
      { kind: 'delete', policy: 'Foreground' },
    ],
    [
      'that orphans goes as it was told',
      item('x', { owners: ['absent'], finalizers: ['orphan'] }),
      [],
      { kind: 'delete', policy: 'Orphan' },
    ],
    [
      'that is going needs nothing',
      item('x', { owners: ['absent'], deleting: true }),
      [],
      { kind: 'nothing' },
    ],
    [
      'in the foreground waits',
      item('x', { deleting: true, finalizers: FG }),
      [dependent],
      { kind: 'nothing' },
    ],
    [
      'in the foreground does not wait for what does not block',
      item('x', { deleting: true, finalizers: FG }),
      [item('d', { owners: ['x'] })],
      { kind: 'finish' },
    ],
    [
      'in the foreground goes when nothing is left',
      item('x', { deleting: true, finalizers: FG }),
      [],
      { kind: 'finish' },
    ],
    [
      'that orphans lets its dependents go first',
      item('x', { deleting: true, finalizers: ['orphan'] }),
      [dependent],
      { kind: 'orphan', dependents: [dependent] },
    ],
  ])('%s', async (_, subject, dependents, expected) => {
    expect(await decide(subject, dependents, states)).toEqual(expected)
  })
})

describe('the graph tells whom a change concerns', () => {
  test('dependents when their owner goes, whichever was seen first', () => {
    const graph = new Graph()
    expect(graph.put(item('child', { owners: ['owner'] }))).toEqual(['child'])
    expect(graph.put(item('owner'))).toEqual([])
    expect(graph.dependentsOf('owner').map(({ uid }) => uid)).toEqual(['child'])
    expect(graph.remove('owner')).toEqual(['child'])
  })

  test('an owner that waits, when a dependent goes or is let go', () => {
    const graph = new Graph()
    graph.put(item('child', { owners: ['owner'] }))
    graph.put(item('other', { owners: ['owner'] }))
    expect(graph.put(item('owner', { deleting: true }))).toEqual(['owner', 'child', 'other'])
    expect(graph.put(item('other'))).toEqual(['owner'])
    expect(graph.remove('child')).toEqual(['owner'])
    expect(graph.dependentsOf('owner')).toEqual([])
  })

  test('nobody when nothing changed', () => {
    const graph = new Graph()
    graph.put(item('child', { owners: ['owner'] }))
    expect(graph.put(item('child', { owners: ['owner'] }))).toEqual([])
  })
})
