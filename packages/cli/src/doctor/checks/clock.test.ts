import type { Lease } from '@orlop/kube'
import { expect, test } from 'vitest'
import { judgeClock, skewOfNode } from './clock.ts'

function lease(node: string, renewTime: string, stored?: string): Lease {
  const managedFields =
    stored === undefined ? [] : [{ manager: 'kubelet', operation: 'Update', time: stored }]
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: node, managedFields },
    spec: { renewTime },
  }
}

const here = { who: 'this machine', least: -900, most: 100 }

test('a lease tells how far a node is from the API server', () => {
  const ahead = skewOfNode(lease('a', '2026-01-01T00:01:00.500000Z', '2026-01-01T00:00:00Z'))
  const fine = skewOfNode(lease('b', '2026-01-01T00:00:00.500000Z', '2026-01-01T00:00:00Z'))
  const behind = skewOfNode(lease('c', '2025-12-31T23:59:00.000000Z', '2026-01-01T00:00:00Z'))
  const skews = [ahead, fine, behind].filter((skew) => skew !== undefined)
  expect(judgeClock(here, skews)).toMatchObject({
    result: 'warn',
    seen: 'against the API server: a is 60 s ahead, c is 58 s behind',
  })
  expect(judgeClock(here, skews.slice(1, 2))).toMatchObject({
    result: 'ok',
    seen: 'this machine and one node and the API server agree within 3 s',
  })
})

test('a server that keeps no times of changes tells nothing about nodes', () => {
  expect(skewOfNode(lease('a', '2026-01-01T00:01:00Z'))).toBeUndefined()
  expect(judgeClock(here, []).seen).toMatch(/of the nodes: not known/)
})

test('this machine may be wrong, too; a second is nothing', () => {
  expect(judgeClock({ ...here, least: -70_000, most: -69_000 }, []).seen).toMatch(
    /this machine is 69 s behind/,
  )
  expect(judgeClock({ ...here, least: 500, most: 2500 }, []).result).toBe('ok')
  expect(judgeClock(undefined, []).result).toBe('unknown')
})
