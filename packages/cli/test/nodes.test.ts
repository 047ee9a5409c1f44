/** Several nodes, as the user of the command line has them. */
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHome, type Home } from './orlop.ts'

let home: Home

beforeAll(async () => {
  home = await createHome()
  await home.ok('up', '--nodes', '3')
})

afterAll(() => home.remove())

/** Name and machine of every node, as shown. */
async function machines(): Promise<string[]> {
  const [titles, ...rows] = (await home.ok('node', 'ls')).trimEnd().split('\n')
  expect(titles?.split(/ +/)).toEqual(['NODE', 'MACHINE', 'STATUS', 'ZONE', 'PODS', 'ADDRESS'])
  return rows.map((row) => row.split(/ +/).slice(0, 2).join(' '))
}

test('nodes are switched off, cut off and frozen, and each is brought back', async () => {
  expect(await machines()).toEqual(['node-1 running', 'node-2 running', 'node-3 running'])
  expect(await home.ok('node', 'stop', 'node-1')).toMatch(/^✓ node-1 is off\n.*orlop node start node-1/)
  expect(await home.ok('node', 'cut', 'node-2')).toMatch(/^✓ node-2 is cut off\n.*orlop node mend node-2/)
  expect(await home.ok('node', 'freeze', 'node-3')).toMatch(/^✓ node-3 is frozen\n.*orlop node thaw node-3/)
  expect(await machines()).toEqual(['node-1 off', 'node-2 cut', 'node-3 frozen'])
  const refused = await home.orlop('node', 'freeze', 'node-1')
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'error (NodeState): node-1 is off\n  first: orlop node start node-1\n',
  ])
  await home.ok('node', 'start', 'node-1')
  await home.ok('node', 'mend', 'node-2')
  await home.ok('node', 'thaw', 'node-3')
  expect(await machines()).toEqual(['node-1 running', 'node-2 running', 'node-3 running'])
  const unknown = await home.orlop('node', 'stop', 'node-9')
  expect(unknown.stderr).toBe('error (NoSuchNode): there is no node node-9\n  see: orlop node ls\n')
})

test('the number of nodes stays until another is asked for, which a running cluster does not take', async () => {
  expect(await home.ok('up', '--nodes', '2')).toContain(
    'to have 2 nodes: orlop down, then orlop up --nodes 2',
  )
  await home.ok('down')
  await home.ok('up')
  expect(await machines()).toHaveLength(3)
  await home.ok('down')
  await home.ok('up', '--nodes', '2')
  expect(await machines()).toHaveLength(2)
  const { items } = await (await home.client()).list(resources.nodes)
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['node-1', 'node-2'])
})

test('a node whose disk holds volumes cannot be taken away', async () => {
  const client = await home.client()
  const onNode = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-2'] }] }
  await client.create(resources.persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'kept' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/kept' },
      nodeAffinity: { required: { nodeSelectorTerms: [onNode] } },
    },
  })
  await home.ok('down')
  const { code, stderr } = await home.orlop('up', '--nodes', '1')
  expect(code).toBe(1)
  expect(stderr).toMatch(/node-2 cannot be taken away: volumes are there, of kept\n {2}orlop up --nodes 2/)
  await home.ok('up')
  expect(await machines()).toHaveLength(2)
})
