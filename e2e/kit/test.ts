/** `test` as the cases use it: each gets a namespace of its own, which is looked into when the test fails and then deleted. */
import { randomBytes } from 'node:crypto'
import { type Namespace as NamespaceObject, resources } from '@orlop/kube'
import { test as base, type TestAPI } from 'vitest'
import type { Ability } from '../targets/target.ts'
import { client, target } from './cluster.ts'
import { collect } from './evidence.ts'
import { Namespace } from './namespace.ts'
import { note } from './report.ts'

export const test: TestAPI<{ ns: Namespace }> = base.extend<{ ns: Namespace }>({
  ns: async ({ task }, use) => {
    const name = `e2e-${randomBytes(3).toString('hex')}`
    const object: NamespaceObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await client.create(resources.namespaces, object)
    const ns = new Namespace(name, (text) => note({ task }, text))
    try {
      await use(ns)
    } finally {
      await ns.close()
      if (task.result?.state === 'fail') await collect(name, task.name)
      await client.delete(resources.namespaces, { name })
    }
  },
})

/** For tests that need more than every cluster has: what cannot be tried is marked as such, with the reason in its name. */
export function testWhere(ability: Ability): typeof test {
  const why = target.can[ability]
  return why === undefined ? test : (test.skip as typeof test)
}
